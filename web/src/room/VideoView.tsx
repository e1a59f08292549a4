/** A seat's camera or screen as a `<video>`; while it is on the page, the picture is received. */
import { useEffect, useRef, useState } from 'react';
import { useLive } from '@/live';
import { useMedia } from '@/media';
import type { Attachable, VideoSource } from './board';
import { ownScreen } from './control';
import { demand } from './demand';
import { useTracks } from './hooks';
import { useRoom } from './store';
import styles from './VideoView.module.css';

export interface VideoViewProps {
  readonly seat: string;
  readonly source: VideoSource;
  /** `cover` fills the tile with a face, `contain` shows a screen whole. */
  readonly fit: 'cover' | 'contain';
  /** One sees oneself as in a mirror. */
  readonly mirrored?: boolean;
}

/** My own pictures are shown from the device, not by way of the server. */
function localVideo(track: MediaStreamTrack): Attachable {
  return {
    attach: (element) => {
      element.srcObject = new MediaStream([track]);
      // Rejected only when the element is gone again before it played.
      element.play().catch(() => undefined);
    },
    detach: (element) => {
      element.srcObject = null;
    },
  };
}

function useVideo(seat: string, source: VideoSource): Attachable | null {
  const mine = useLive((state) => state.you === seat);
  const media = useTracks(seat);
  const camera = useMedia((state) => (mine && source === 'camera' ? state.camera.track : null));
  const sharing = useRoom((state) => state.sharing);
  const own = camera ?? (mine && source === 'screen' && sharing === 'on' ? ownScreen() : null);
  const [local, setLocal] = useState<{ track: MediaStreamTrack; video: Attachable } | null>(null);
  if (own !== null && local?.track !== own) {
    setLocal({ track: own, video: localVideo(own) });
  }
  if (mine) {
    return own === null ? null : (local?.video ?? null);
  }
  return media[source]?.video ?? null;
}

/** Draws what the video shows at the moment over it. */
function freeze(video: HTMLVideoElement, picture: HTMLCanvasElement): void {
  if (video.videoWidth > 0) {
    picture.width = video.videoWidth;
    picture.height = video.videoHeight;
    picture.getContext('2d')?.drawImage(video, 0, 0);
    picture.hidden = false;
  }
}

export function VideoView({ seat, source, fit, mirrored = false }: VideoViewProps): React.JSX.Element {
  const element = useRef<HTMLVideoElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const video = useVideo(seat, source);
  const lost = useRoom((state) => state.phase === 'lost');
  const away = useLive((state) => state.phase === 'reconnecting');
  const keep = lost || away;

  useEffect(() => demand.look(seat, source), [seat, source]);

  // While the connection is away the last frame stays, so that nobody turns black.
  useEffect(() => {
    const live = element.current;
    const picture = canvas.current;
    if (live === null || picture === null) {
      return;
    }
    if (keep) {
      freeze(live, picture);
      return;
    }
    const thaw = (): void => {
      picture.hidden = true;
    };
    if (live.srcObject !== null && !live.paused && live.readyState > HTMLMediaElement.HAVE_CURRENT_DATA) {
      thaw();
    }
    live.addEventListener('playing', thaw);
    return () => {
      live.removeEventListener('playing', thaw);
    };
  }, [keep]);

  useEffect(() => {
    const target = element.current;
    if (video === null || target === null) {
      return;
    }
    video.attach(target);
    return () => {
      video.detach(target);
    };
  }, [video]);

  return (
    <>
      {/* A live picture of a person has no captions; its sound plays elsewhere. */}
      <video
        ref={element}
        className={styles['video']}
        data-fit={fit}
        data-mirrored={mirrored}
        autoPlay
        playsInline
        muted
        aria-hidden="true"
        tabIndex={-1}
      />
      <canvas
        ref={canvas}
        className={styles['video']}
        data-fit={fit}
        data-mirrored={mirrored}
        hidden
        aria-hidden="true"
      />
    </>
  );
}
