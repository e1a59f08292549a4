/**
 * Turns a track into frames and frames into a track. Chromium gives the frames themselves, also while the page is
 * hidden; elsewhere a hidden video element is drawn at the pace of a worker's clock, which hidden pages keep.
 */
/// <reference types="dom-mediacapture-transform" />
import Clock from './clock?worker';

export interface Frame {
  readonly picture: TexImageSource & CanvasImageSource;
  readonly width: number;
  readonly height: number;
}

/** Draws one frame onto the canvas. A rejection ends the flow. */
export type Draw = (frame: Frame) => Promise<void>;

export interface Flow {
  readonly track: MediaStreamTrack;
  stop(): void;
}

/** Resolves when the first frame has been drawn, so that the track never shows anything before it. */
export function flow(
  raw: MediaStreamTrack,
  canvas: HTMLCanvasElement,
  draw: Draw,
  broken: (cause: unknown) => void,
): Promise<Flow> {
  return 'MediaStreamTrackProcessor' in window && 'MediaStreamTrackGenerator' in window
    ? flowOfFrames(raw, canvas, draw, broken)
    : flowOfVideo(raw, canvas, draw, broken);
}

/** Leaves the page a third of its time, so that it answers also where one frame takes long. */
class Pace {
  private due = 0;

  isDue(): boolean {
    return performance.now() >= this.due;
  }

  async time(work: () => Promise<void>): Promise<void> {
    const begun = performance.now();
    await work();
    const now = performance.now();
    this.due = now + (now - begun) / 2;
  }
}

async function flowOfFrames(
  raw: MediaStreamTrack,
  canvas: HTMLCanvasElement,
  draw: Draw,
  broken: (cause: unknown) => void,
): Promise<Flow> {
  // The track is the caller's: the processor would end with it, and it must not end the track.
  const copy = raw.clone() as MediaStreamVideoTrack;
  const generator = new MediaStreamTrackGenerator({ kind: 'video' });
  const writer = generator.writable.getWriter();
  // One frame waits at most: a slow machine skips frames instead of falling behind.
  const reader = new MediaStreamTrackProcessor({ track: copy, maxBufferSize: 1 }).readable.getReader();
  const pace = new Pace();
  let stopped = false;
  const one = async (): Promise<boolean> => {
    const { value: frame, done } = await reader.read();
    if (done) return false;
    try {
      if (!pace.isDue()) return true;
      await pace.time(() => draw({ picture: frame, width: frame.displayWidth, height: frame.displayHeight }));
      if (!stopped) await writer.write(new VideoFrame(canvas, { timestamp: frame.timestamp }));
    } finally {
      frame.close();
    }
    return true;
  };
  const stop = (): void => {
    stopped = true;
    copy.stop();
    generator.stop();
    void reader.cancel().catch(() => undefined);
  };
  try {
    if (!(await one())) throw new Error('the camera ended');
  } catch (error) {
    stop();
    throw error;
  }
  const next = (): void => {
    one().then(
      (more) => {
        if (more && !stopped) next();
      },
      (error: unknown) => {
        if (!stopped) broken(error);
      },
    );
  };
  next();
  return { track: generator, stop };
}

async function flowOfVideo(
  raw: MediaStreamTrack,
  canvas: HTMLCanvasElement,
  draw: Draw,
  broken: (cause: unknown) => void,
): Promise<Flow> {
  const video = document.createElement('video');
  video.muted = true;
  video.playsInline = true;
  video.srcObject = new MediaStream([raw]);
  await video.play();
  const one = async (): Promise<void> => {
    if (video.videoWidth > 0)
      await draw({ picture: video, width: video.videoWidth, height: video.videoHeight });
  };
  await one();
  const rate = raw.getSettings().frameRate ?? 30;
  const clock = new Clock();
  const [track] = canvas.captureStream(rate).getVideoTracks();
  const stop = (): void => {
    clock.terminate();
    track?.stop();
    video.pause();
    video.srcObject = null;
  };
  if (track === undefined) {
    stop();
    throw new Error('the canvas gives no track');
  }
  const pace = new Pace();
  let drawing = false;
  clock.addEventListener('message', () => {
    if (drawing || !pace.isDue()) return;
    drawing = true;
    pace
      .time(one)
      .catch((error: unknown) => {
        stop();
        broken(error);
      })
      .finally(() => {
        drawing = false;
      });
  });
  clock.postMessage(1000 / rate);
  return { track, stop };
}
