/** Noise suppression of our own: RNNoise as WebAssembly in an AudioWorklet, both served by us. */
import { loadRnnoise, RnnoiseWorkletNode } from '@sapphi-red/web-noise-suppressor';
import plainUrl from '@sapphi-red/web-noise-suppressor/rnnoise.wasm?url';
import simdUrl from '@sapphi-red/web-noise-suppressor/rnnoise_simd.wasm?url';
import workletUrl from '@sapphi-red/web-noise-suppressor/rnnoiseWorklet.js?url';
import { borrowAudio } from './audio';
import type { Effect } from './environment';

let binary: Promise<ArrayBuffer> | null = null;
/** A worklet module may be added to a context once only. */
const loaded = new WeakMap<AudioContext, Promise<void>>();

export async function suppressNoise(
  raw: MediaStreamTrack,
  broken: (cause: unknown) => void,
): Promise<Effect> {
  const audio = borrowAudio();
  const { context } = audio;
  try {
    binary ??= loadRnnoise({ url: plainUrl, simdUrl });
    const added = loaded.get(context) ?? context.audioWorklet.addModule(workletUrl);
    loaded.set(context, added);
    const [wasmBinary] = await Promise.all([binary, added]);
    const source = context.createMediaStreamSource(new MediaStream([raw]));
    const suppressor = new RnnoiseWorkletNode(context, { maxChannels: 1, wasmBinary });
    const destination = new MediaStreamAudioDestinationNode(context, { channelCount: 1 });
    suppressor.addEventListener('processorerror', broken);
    source.connect(suppressor).connect(destination);
    const [track] = destination.stream.getAudioTracks();
    if (track === undefined) throw new Error('the audio graph has no track');
    track.contentHint = 'speech';
    return {
      track,
      stop() {
        suppressor.removeEventListener('processorerror', broken);
        source.disconnect();
        suppressor.disconnect();
        suppressor.destroy();
        track.stop();
        audio.giveBack();
      },
    };
  } catch (error) {
    binary = null;
    loaded.delete(context);
    audio.giveBack();
    throw error;
  }
}
