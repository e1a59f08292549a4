import { useTranslation } from 'react-i18next';
import type { User } from '@/api';
import { type Recording, recordings } from '@/api/recordings';
import { FullPageMessage } from '@/features/frame';
import { faultText } from '@/i18n';
import { Button, CircleAlert, Clapperboard, Clock, LinkButton, Link2Off, Lock, Meter, WifiOff } from '@/ui';
import { canWatch, isMaking, nobodyRecorded } from './making';
import styles from './NothingToWatch.module.css';
import { useChange } from './queries';
import type { Watching } from './useView';

export interface NothingToWatchProps {
  id: string;
  watching: Watching;
  recording: Recording | undefined;
  user: User | null;
  worthless: boolean;
  onRetry: () => void;
}

/** NothingToWatch says why there is no picture, and what one can do. */
export function NothingToWatch({ id, watching, recording, user, worthless, onRetry }: NothingToWatchProps) {
  const { t } = useTranslation('player');
  const { t: common } = useTranslation('common');
  const toLibrary = (
    <LinkButton variant="primary" size="large" href={user ? '/recordings' : '/'}>
      {user ? t('all') : common('toHome')}
    </LinkButton>
  );
  // It comes at once, also when it is to be replaced by another.
  if (watching.is === 'asking' && recording && canWatch(recording)) return null;
  if (recording?.state === 'failed') return <NotMade recording={recording} />;
  if (recording?.state === 'recording') {
    return (
      <FullPageMessage
        title={t('running.title')}
        over={recording.title}
        icon={<Clapperboard size={40} strokeWidth={1.5} />}
        actions={toLibrary}
      >
        <p>{t('running.text')}</p>
      </FullPageMessage>
    );
  }
  if (recording && isMaking(recording) && recording.state === 'composing')
    return <BeingMade recording={recording} />;
  if (recording && !recording.may.watch) {
    return (
      <FullPageMessage
        title={t('noRight.title')}
        over={recording.title}
        icon={<Lock size={40} strokeWidth={1.5} />}
        actions={toLibrary}
      >
        <p>{t('noRight.text')}</p>
      </FullPageMessage>
    );
  }
  if (watching.is === 'asking') return null;
  if (watching.is !== 'over') {
    return (
      <FullPageMessage title={t('lost')} icon={<WifiOff size={40} strokeWidth={1.5} />} tone="warning">
        <p>{t('lost.text')}</p>
      </FullPageMessage>
    );
  }
  const { code, watched } = watching;
  const retry = (
    <Button
      variant="primary"
      size="large"
      onPress={code === 'broken' ? () => window.location.reload() : onRetry}
    >
      {common('tryAgain')}
    </Button>
  );
  if (code === 'broken') {
    return (
      <FullPageMessage
        title={t('broken.title')}
        icon={<CircleAlert size={40} strokeWidth={1.5} />}
        tone="warning"
        actions={retry}
      >
        <p>{t('broken.text')}</p>
      </FullPageMessage>
    );
  }
  if (code === 'recording.not_ready') {
    return (
      <FullPageMessage title={t('making.title')} icon={<Clock size={40} strokeWidth={1.5} />} actions={retry}>
        <p>{t('making.text')}</p>
      </FullPageMessage>
    );
  }
  const what = watched ? 'gone' : worthless ? 'worthless' : 'none';
  const from = encodeURIComponent(`/r/${id}`);
  return (
    <FullPageMessage
      title={t(`${what}.title`)}
      icon={<Link2Off size={40} strokeWidth={1.5} />}
      actions={
        user ? (
          toLibrary
        ) : (
          <LinkButton variant="primary" size="large" href={`/signin?from=${from}`}>
            {t('signIn')}
          </LinkButton>
        )
      }
    >
      <p>{t(`${what}.text`)}</p>
      {!user && <p>{t('signIn.text')}</p>}
    </FullPageMessage>
  );
}

function BeingMade({ recording: { title, progress } }: { recording: Recording }) {
  const { t, i18n } = useTranslation('player');
  const { t: library } = useTranslation('library');
  const percent = new Intl.NumberFormat(i18n.language, { style: 'percent' }).format(progress);
  return (
    <FullPageMessage title={t('making.title')} over={title} icon={<Clock size={40} strokeWidth={1.5} />}>
      <p>{t('making.text')}</p>
      <div className={styles['meter']}>
        <Meter
          progress
          label={library('state.composing')}
          text={progress > 0 ? percent : library('state.waiting')}
          value={progress}
        />
      </div>
    </FullPageMessage>
  );
}

function NotMade({ recording: { id, title, problem, may } }: { recording: Recording }) {
  const { t } = useTranslation('library');
  const { t: common } = useTranslation('common');
  const again = useChange({ act: () => recordings.compose(id, {}) });
  return (
    <FullPageMessage
      title={t('failed.title')}
      over={title}
      icon={<CircleAlert size={40} strokeWidth={1.5} />}
      tone="warning"
      actions={
        may.manage &&
        problem !== nobodyRecorded && (
          <Button variant="primary" size="large" isPending={again.isPending} onPress={() => again.mutate()}>
            {common('tryAgain')}
          </Button>
        )
      }
    >
      <p>{faultText(problem)}</p>
    </FullPageMessage>
  );
}
