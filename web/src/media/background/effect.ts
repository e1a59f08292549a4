/** The camera's picture with another room behind the person. */
import type { Effect } from '../environment';
import { Compositor } from './compositor';
import { flow } from './frames';
import { paintBackground } from './pictures';
import { createSegmenter } from './segmenter';

/** The width the models were made for; they see no more, however large the picture is. */
const segmenterWidth = 256;
/** Milliseconds a frame may take, over this many frames, before the picture is made half as wide: 12 frames a second. */
const tooSlow = 80;
const measured = 8;

export async function replaceBackground(
  choice: string,
  raw: MediaStreamTrack,
  broken: (cause: unknown) => void,
): Promise<Effect> {
  const { width = 16, height = 9 } = raw.getSettings();
  const behind = choice === 'blur' ? null : await paintBackground(choice);
  const segmenter = await createSegmenter(width > height);
  let compositor: Compositor | null = null;
  try {
    const drawing = new Compositor();
    compositor = drawing;
    drawing.setBehind(behind);
    const small = document.createElement('canvas');
    const reduced = small.getContext('2d', { alpha: false });
    if (reduced === null) throw new Error('no canvas');
    let frames = 0;
    let spent = 0;
    let scale = 1;
    const flowing = await flow(
      raw,
      drawing.canvas,
      async (frame) => {
        const before = performance.now();
        const smallHeight = Math.round((segmenterWidth * frame.height) / frame.width);
        if (small.height !== smallHeight || small.width !== segmenterWidth) {
          small.width = segmenterWidth;
          small.height = smallHeight;
        }
        reduced.drawImage(frame.picture, 0, 0, segmenterWidth, smallHeight);
        const mask = await segmenter.find(small);
        // Without a mask the former picture stays: the bare room is never shown in its place.
        if (mask === null) return;
        drawing.draw(frame.picture, mask, Math.round(frame.width * scale), Math.round(frame.height * scale));
        frames += 1;
        // The first frame compiles the shaders and says nothing about the next ones.
        if (frames > 1) spent += performance.now() - before;
        if (frames === measured + 1 && spent / measured > tooSlow) scale = 0.5;
      },
      broken,
    );
    return {
      track: flowing.track,
      stop() {
        flowing.stop();
        segmenter.close();
        drawing.close();
      },
    };
  } catch (error) {
    segmenter.close();
    compositor?.close();
    throw error;
  }
}
