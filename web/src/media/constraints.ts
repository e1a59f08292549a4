/** What is asked of the devices. */
import type { DataSaver, Facing, NoiseSuppression } from './state';

/** `isolation` is whether the browser knows voiceIsolation (W3C mediacapture-extensions). */
export function microphoneConstraints(noise: NoiseSuppression, isolation: boolean): MediaTrackConstraints {
  // Our own suppressor wants the sound as it is; two in a row make voices metallic.
  const browser = noise === 'browser';
  return {
    echoCancellation: true,
    autoGainControl: true,
    noiseSuppression: browser,
    ...(isolation ? { voiceIsolation: browser } : {}),
    channelCount: { ideal: 1 },
  };
}

export function cameraConstraints(dataSaver: DataSaver, facing: Facing | null): MediaTrackConstraints {
  const size =
    dataSaver === 'off'
      ? { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30, max: 30 } }
      : { width: { ideal: 640 }, height: { ideal: 360 }, frameRate: { ideal: 15, max: 15 } };
  return facing === null ? size : { ...size, facingMode: { ideal: facing } };
}
