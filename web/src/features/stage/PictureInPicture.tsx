/**
 * The call in a small window above other programs. Where the browser can put a
 * document there (Chromium), it shows who speaks with the two buttons one
 * needs; elsewhere it shows the large video.
 */
import { createPortal } from 'react-dom';
import { useTranslation } from 'react-i18next';
import { create } from 'zustand';
import { useCall } from '@/features/call/store';
import { RecordingSign } from '@/features/recording/Mark';
import { useLive, useSeat } from '@/live';
import { useMedia } from '@/media';
import { useMuted, VideoView } from '@/room';
import { Avatar, IconButton, Mic, MicOff } from '@/ui';
import styles from './PictureInPicture.module.css';
import { useSpeaker } from './useSpeaker';

/** The part of the Document Picture-in-Picture API used here; the DOM types do not know it yet. */
interface DocumentPictureInPicture {
  requestWindow(options: { width: number; height: number }): Promise<Window>;
}

/** The document window, null while closed or where a plain video is shown instead. */
const useWindow = create<{ readonly window: Window | null }>(() => ({ window: null }));

function setOpen(open: boolean, window: Window | null = null): void {
  useWindow.setState({ window });
  useCall.setState({ pictureInPicture: open });
}

function documentApi(): DocumentPictureInPicture | undefined {
  return (window as { documentPictureInPicture?: DocumentPictureInPicture }).documentPictureInPicture;
}

export function canPictureInPicture(): boolean {
  return documentApi() !== undefined || document.pictureInPictureEnabled;
}

/** Opens the small window; must run inside a click or a key press. */
export async function openPictureInPicture(): Promise<void> {
  const api = documentApi();
  if (api === undefined) {
    await openVideo();
    return;
  }
  const small = await api.requestWindow({ width: 384, height: 216 });
  for (const link of document.querySelectorAll('link[rel="stylesheet"], style')) {
    small.document.head.append(link.cloneNode(true));
  }
  small.document.documentElement.lang = document.documentElement.lang;
  small.document.title = document.title;
  small.addEventListener('pagehide', () => {
    setOpen(false);
  });
  setOpen(true, small);
}

/** The largest picture on the stage, as a plain video. */
async function openVideo(): Promise<void> {
  const videos = [...document.querySelectorAll<HTMLVideoElement>('figure video')].filter(
    (video) => video.videoWidth > 0,
  );
  const largest = videos.toSorted((a, b) => b.clientWidth - a.clientWidth)[0];
  if (largest === undefined) {
    return;
  }
  await largest.requestPictureInPicture();
  setOpen(true);
  largest.addEventListener(
    'leavepictureinpicture',
    () => {
      setOpen(false);
    },
    { once: true },
  );
}

export function closePictureInPicture(): void {
  useWindow.getState().window?.close();
  if (document.pictureInPictureElement !== null) {
    // Rejected only when it closed by itself in the same moment.
    document.exitPictureInPicture().catch(() => undefined);
  }
}

/** What stands in the small window. Mount it once in the call. */
export function PictureInPicture(): React.JSX.Element | null {
  const small = useWindow((state) => state.window);
  return small === null ? null : createPortal(<Small />, small.document.body);
}

function Small(): React.JSX.Element | null {
  const { t } = useTranslation(['stage', 'bar']);
  const speaker = useSpeaker();
  const spotlight = useLive((state) => state.spotlight);
  const you = useLive((state) => state.you);
  const other = useLive((state) =>
    state.order.find((id) => id !== state.you && state.seats[id]?.role !== 'viewer'),
  );
  const sharing = useLive((state) =>
    state.order.find((id) => id !== state.you && state.seats[id]?.sharing === true),
  );
  const shown = sharing ?? (spotlight !== '' ? spotlight : speaker !== '' ? speaker : (other ?? you));
  const seat = useSeat(shown);
  const cameraOff = useMuted(shown, 'camera');
  const microphone = useMedia((state) => state.microphone.wanted);
  const setMicrophone = useMedia((state) => state.setMicrophone);
  const maySpeak = useLive((state) => state.rights.has('speak'));
  if (seat === undefined) {
    return null;
  }
  return (
    <div className={styles['small']} data-surface="stage">
      {sharing !== undefined ? (
        <VideoView seat={shown} source="screen" fit="contain" />
      ) : cameraOff ? (
        <Avatar name={seat.name} size={96} />
      ) : (
        <VideoView seat={shown} source="camera" fit="cover" />
      )}
      <span className={styles['name']}>{seat.name}</span>
      <RecordingSign className={styles['recording']} />
      {maySpeak && (
        <div className={styles['buttons']}>
          <IconButton
            label={t('bar:microphone')}
            tooltip={false}
            variant={microphone ? 'secondary' : 'danger'}
            pressed={microphone}
            icon={microphone ? <Mic size={20} /> : <MicOff size={20} />}
            onPress={() => {
              setMicrophone(!microphone);
            }}
          />
        </div>
      )}
    </div>
  );
}
