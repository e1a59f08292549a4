/** The call itself: stage, bar, one panel, and whatever lies above them. */
import { lazy, Suspense, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useDocumentTitle } from '@/a11y';
import { Bar } from '@/features/bar';
import { useStage } from '@/features/frame';
import { DeviceNotices, usePushToTalk } from '@/features/devices';
import { AskedToUnmute, moderationActions } from '@/features/moderation';
import { Notices } from '@/features/notices';
import { ReactionsOverlay } from '@/features/reactions';
import { ConsentCard, Mark, recordingActions, Trouble } from '@/features/recording';
import { PictureInPicture, Stage } from '@/features/stage';
import { live, useLive } from '@/live';
import { useRoom } from '@/room';
import { SidePanel, Spinner, useIsPhone, useMediaQuery } from '@/ui';
import { callActions } from './actions';
import styles from './Call.module.css';
import { Reconnecting } from './Reconnecting';
import { SoundBanner } from './SoundBanner';
import { type DialogName, type Panel, resetCall, useCall } from './store';
import { useIdle } from './useIdle';
import { useSavingProposal } from './useSavingProposal';
import { useShortcuts } from './useShortcuts';
import { useWakeLock } from './useWakeLock';

const ChatPanel = lazy(async () => ({ default: (await import('@/features/chat')).ChatPanel }));
const PeoplePanel = lazy(async () => ({ default: (await import('@/features/people')).PeoplePanel }));
const SettingsDialog = lazy(async () => ({
  default: (await import('@/features/preferences')).SettingsDialog,
}));
const ShortcutsDialog = lazy(async () => ({
  default: (await import('@/features/shortcuts')).ShortcutsDialog,
}));
const ModerationDialog = lazy(async () => ({
  default: (await import('@/features/moderation')).ModerationDialog,
}));
const ClaimDialog = lazy(async () => ({
  default: (await import('@/features/moderation')).ClaimDialog,
}));
const EndDialog = lazy(async () => ({ default: (await import('@/features/moderation')).EndDialog }));

const recordDialogs = () => import('@/features/recording/dialogs');
const StartDialog = lazy(async () => ({ default: (await recordDialogs()).StartDialog }));
const LayoutDialog = lazy(async () => ({ default: (await recordDialogs()).LayoutDialog }));
const ChapterDialog = lazy(async () => ({ default: (await recordDialogs()).ChapterDialog }));
const StopDialog = lazy(async () => ({ default: (await recordDialogs()).StopDialog }));

const allActions = [...callActions, ...recordingActions, ...moderationActions];

export default function Call(): React.JSX.Element {
  const phone = useIsPhone();
  const landscape = useMediaQuery('(orientation: landscape)');
  const fullScreen = useCall((state) => state.fullScreen);
  const panel = useCall((state) => state.panel);
  const away = useLive((state) => state.phase === 'reconnecting');
  const idle = useIdle((fullScreen || (phone && landscape)) && panel === null);
  useStage();
  useState(() => {
    resetCall(phone ? 'speaker' : 'grid');
  });

  useTitle();
  useShortcuts(allActions);
  usePushToTalk();
  useWakeLock();
  useSavingProposal();
  useFullScreenState();
  useAskBeforeClosing();
  useReading(panel);

  return (
    <div className={styles['call']} data-idle={idle} data-phone={phone}>
      <Mark />
      <ConsentCard />
      <footer className={styles['bar']}>
        <Bar />
      </footer>
      <main id="main" className={styles['stage']} data-away={away}>
        <MeetingHeading />
        <Trouble />
        <Stage />
        <ReactionsOverlay />
        <Reconnecting />
        <SoundBanner />
      </main>
      <OpenPanel panel={panel} />
      <AskedToUnmute />
      <PictureInPicture />
      <Notices />
      <DeviceNotices />
      <Dialogs />
    </div>
  );
}

function MeetingHeading(): React.JSX.Element {
  const name = useLive((state) => state.meeting?.name ?? '');
  return <h1 className="visually-hidden">{name}</h1>;
}

/** Names the tab, with the messages one has not read. */
function useTitle(): void {
  const name = useLive((state) => state.meeting?.name ?? '');
  const unread = useLive((state) => state.unread);
  useDocumentTitle(unread > 0 ? `(${unread}) ${name}` : name);
}

/** The browser can leave full screen by itself, with Escape or F11. */
function useFullScreenState(): void {
  useEffect(() => {
    const changed = (): void => {
      useCall.setState({ fullScreen: document.fullscreenElement !== null });
    };
    document.addEventListener('fullscreenchange', changed);
    return () => {
      document.removeEventListener('fullscreenchange', changed);
    };
  }, []);
}

/** Closing the tab by mistake matters while others look at my screen; a reload is harmless otherwise. */
function useAskBeforeClosing(): void {
  const sharing = useRoom((state) => state.sharing === 'on');
  useEffect(() => {
    if (!sharing) {
      return;
    }
    const ask = (event: BeforeUnloadEvent): void => {
      event.preventDefault();
    };
    addEventListener('beforeunload', ask);
    return () => {
      removeEventListener('beforeunload', ask);
    };
  }, [sharing]);
}

/** What arrives in an open chat is read, as long as somebody can see it. */
function useReading(panel: Panel | null): void {
  const unread = useLive((state) => state.unread);
  useEffect(() => {
    if (panel === 'chat' && unread > 0 && document.visibilityState === 'visible') {
      live.markRead();
    }
  }, [panel, unread]);
}

/** One panel at a time. Opening it takes the focus there, closing it leads back to its button. */
function OpenPanel({ panel }: { readonly panel: Panel | null }): React.JSX.Element | null {
  const { t } = useTranslation(['bar', 'common']);
  const phone = useIsPhone();
  const box = useRef<HTMLDivElement>(null);
  const last = useRef(panel);
  useEffect(() => {
    const before = last.current;
    last.current = panel;
    // A sheet on a phone keeps the focus by itself, and a panel may have put it into a field.
    if (panel !== null && !phone) {
      if (box.current?.contains(document.activeElement) !== true) box.current?.focus();
    } else if (panel === null && before !== null) {
      const button = document.getElementById(`action-${before}`) ?? document.getElementById('action-more');
      button?.focus();
    }
  }, [panel, phone]);
  if (panel === null) {
    return null;
  }
  const close = (): void => {
    useCall.setState({ panel: null });
  };
  return (
    // Escape is a convenience: the panel has a button for it.
    // eslint-disable-next-line jsx-a11y/no-static-element-interactions
    <div
      ref={box}
      className={styles['panel']}
      tabIndex={-1}
      onKeyDown={(event) => {
        if (event.key === 'Escape' && !event.defaultPrevented) {
          close();
        }
      }}
    >
      <SidePanel title={t(panel === 'chat' ? 'bar:chat' : 'bar:people')} onClose={close} filled>
        <Suspense
          fallback={
            <div className={styles['loading']}>
              <Spinner label={t('common:loading')} />
            </div>
          }
        >
          {panel === 'chat' ? <ChatPanel /> : <PeoplePanel />}
        </Suspense>
      </SidePanel>
    </div>
  );
}

/** Each loads when it is first opened and stays, so that it can close gracefully. */
function Dialogs(): React.JSX.Element {
  const dialog = useCall((state) => state.dialog);
  const [opened, setOpened] = useState<ReadonlySet<DialogName>>(new Set());
  if (dialog !== null && !opened.has(dialog)) {
    setOpened(new Set([...opened, dialog]));
  }
  return (
    <Suspense fallback={null}>
      {opened.has('settings') && <SettingsDialog />}
      {opened.has('shortcuts') && <ShortcutsDialog actions={allActions} />}
      {opened.has('moderation') && <ModerationDialog />}
      {opened.has('claimHost') && <ClaimDialog />}
      {opened.has('end') && <EndDialog />}
      {opened.has('record') && <StartDialog />}
      {opened.has('recordLayout') && <LayoutDialog />}
      {opened.has('recordChapter') && <ChapterDialog />}
      {opened.has('recordStop') && <StopDialog />}
    </Suspense>
  );
}
