import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation, useSearch } from 'wouter';
import { PageHeading } from '@/a11y';
import { useServer, type User } from '@/api';
import { type Receipt, type Recording, recordings } from '@/api/recordings';
import { Frame } from '@/features/frame';
import { Button, ChevronLeft, Download, LinkButton, Meter, Scissors, Share2 } from '@/ui';
import { goTo } from './act';
import { Chapters } from './Chapters';
import { Dialogs, type WishKind } from './Dialogs';
import { DownloadDialog } from './DownloadDialog';
import form from './Form.module.css';
import type { Door } from './LinkDoor';
import { canWatch, isMaking, videoOf } from './making';
import { NothingToWatch } from './NothingToWatch';
import { Player } from './Player';
import { useRecording } from './queries';
import { ReceiptDialog } from './ReceiptDialog';
import { posterOf } from './Thumbnail';
import { TrimPanel } from './TrimPanel';
import type { Cut } from './trim';
import { useView } from './useView';
import styles from './Watch.module.css';
import { useLibraryWords } from './words';

export interface WatchProps {
  id: string;
  /** null for nobody that is signed in. */
  user: User | null;
  /** Set for who came by a link. */
  door: Door | undefined;
  /** They came by a link that does not work. */
  worthless: boolean;
}

/** Watch is the page of one recording: the player, its chapters, and for those who manage it what they can do. */
export function Watch({ id, user, door, worthless }: WatchProps) {
  const { t } = useTranslation('player');
  const [, navigate] = useLocation();
  const server = useServer();
  const search = useSearch();
  const found = useRecording(id, user !== null);
  const recording = found.data;
  const trimming = recording?.may.manage === true && new URLSearchParams(search).has('trim');
  const whole = recording?.assets.find(({ kind }) => kind === 'video')?.id;
  const shown = recording && videoOf(recording)?.id;
  // Somebody with a link only has no recording to read: the view alone tells.
  const may = recording ? canWatch(recording) : user === null || found.isError;
  const { watching, renew, plays } = useView(id, trimming ? whole : undefined, shown ?? '', may);
  const [video, setVideo] = useState<HTMLVideoElement | null>(null);
  const [cut, setCut] = useState<Cut>();
  const [receipt, setReceipt] = useState<Receipt>();

  const view = watching.is === 'there' || watching.is === 'lost' ? watching.view : undefined;
  const organisation = server.data?.organisation ?? door?.organisation;
  const title = recording?.title ?? view?.title ?? door?.title ?? '';
  if (receipt)
    return <ReceiptDialog title={title} receipt={receipt} onClose={() => navigate('/recordings')} />;
  if (!view) {
    return (
      <NothingToWatch
        id={id}
        watching={watching}
        recording={recording}
        user={user}
        worthless={worthless}
        onRetry={renew}
      />
    );
  }
  const kept = cut ?? recording?.cut ?? { from: 0, to: view.length };
  const poster = posterFor(recording, id, view.watermark);
  const endTrim = () => {
    setCut(undefined);
    navigate(`/r/${id}`, { replace: true });
  };
  return (
    <Frame organisation={organisation} user={user ?? undefined}>
      <div className={styles['page']}>
        {user && (
          <LinkButton
            href="/recordings"
            variant="quiet"
            size="small"
            className={styles['up']}
            icon={<ChevronLeft size={18} aria-hidden="true" />}
          >
            {t('all')}
          </LinkButton>
        )}
        <Player
          key={trimming ? 'whole' : 'shown'}
          view={view}
          poster={trimming ? undefined : poster}
          lost={watching.is === 'lost'}
          onBroken={renew}
          onPlays={plays}
          onVideo={setVideo}
          trim={trimming ? { cut: kept, onCut: setCut } : undefined}
        />
        <Head
          title={title}
          recording={recording}
          organisation={user ? undefined : (door?.organisation ?? organisation)}
          download={view.download && !trimming}
          id={id}
          trimming={trimming}
          onDeleted={setReceipt}
        />
        {recording && trimming && (
          <TrimPanel
            recording={recording}
            video={video}
            length={view.length}
            cut={kept}
            onCut={setCut}
            onClose={endTrim}
          />
        )}
        {recording && isMaking(recording) && !trimming && <Changing recording={recording} />}
        <Chapters
          chapters={view.chapters}
          video={video}
          onGo={(at) => {
            if (video) goTo(video, at);
          }}
        />
      </div>
    </Frame>
  );
}

/** The address of a picture to show before it plays. */
function posterFor(recording: Recording | undefined, id: string, watermark: string): string | undefined {
  if (recording) return posterOf(recording);
  // Somebody with a link only is not told whether there is one; under a watermark there is none.
  return watermark === '' ? recordings.poster(id, 'shown') : undefined;
}

interface HeadProps {
  id: string;
  title: string;
  recording: Recording | undefined;
  /** Whose it is, for those who are not of the organisation. */
  organisation: string | undefined;
  download: boolean;
  trimming: boolean;
  onDeleted: (receipt: Receipt) => void;
}

/** What is watched, and what one can do with it. */
function Head({ id, title, recording, organisation, download, trimming, onDeleted }: HeadProps) {
  const { t } = useTranslation('player');
  const { t: library } = useTranslation('library');
  const words = useLibraryWords();
  const [wish, setWish] = useState<WishKind>();
  const manage = recording?.may.manage === true && !trimming;
  return (
    <div className={styles['head']}>
      <div className={styles['words']}>
        <PageHeading title={title} className={styles['title']} />
        <p className={form['soft']}>
          {organisation !== undefined && t('shared', { organisation })}
          {recording &&
            [
              ...(recording.meetingName === title ? [] : [recording.meetingName]),
              words.moment(recording.startedAt),
            ].join(' · ')}
        </p>
      </div>
      <div className={styles['row']}>
        {manage && (
          <>
            <LinkButton
              href={`/r/${id}?trim`}
              variant="quiet"
              icon={<Scissors size={18} aria-hidden="true" />}
            >
              {library('do.trim')}
            </LinkButton>
            <Button
              variant="quiet"
              icon={<Share2 size={18} aria-hidden="true" />}
              onPress={() => setWish('share')}
            >
              {library('do.share')}
            </Button>
          </>
        )}
        {download && (
          <Button icon={<Download size={18} aria-hidden="true" />} onPress={() => setWish('download')}>
            {library('do.download')}
          </Button>
        )}
      </div>
      {wish === 'download' && <DownloadDialog recording={id} onClose={() => setWish(undefined)} />}
      {recording && wish !== undefined && wish !== 'download' && (
        <Dialogs wish={{ kind: wish, recording }} onClose={() => setWish(undefined)} onDeleted={onDeleted} />
      )}
    </div>
  );
}

/** The video is being changed or made again while the present one can still be watched. */
function Changing({ recording: { state, progress } }: { recording: Recording }) {
  const { t, i18n } = useTranslation('library');
  const percent = new Intl.NumberFormat(i18n.language, { style: 'percent' }).format(progress);
  return (
    <div className={styles['changing']}>
      <Meter
        progress
        label={t(state === 'composing' ? 'state.composing' : 'state.cutting')}
        text={progress > 0 && progress < 1 ? percent : t('state.waiting')}
        value={progress < 1 ? progress : 0}
      />
    </div>
  );
}
