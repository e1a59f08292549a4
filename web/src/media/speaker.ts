/** The test sound: two soft bells, computed here, so that no file is fetched from anywhere. */
import { SYSTEM_DEFAULT } from './state';

const rate = 24_000;
const seconds = 1.1;
/** Hertz and the moment of each bell in seconds: a fifth, upwards. */
const bells = [
  { pitch: 523.25, at: 0 },
  { pitch: 783.99, at: 0.32 },
] as const;

/** A mono 16-bit WAV file (RIFF, format 1). */
export function testSound(): ArrayBuffer {
  const frames = Math.round(rate * seconds);
  const file = new DataView(new ArrayBuffer(44 + frames * 2));
  const text = (offset: number, value: string): void => {
    for (let i = 0; i < value.length; i++) file.setUint8(offset + i, value.charCodeAt(i));
  };
  text(0, 'RIFF');
  file.setUint32(4, 36 + frames * 2, true);
  text(8, 'WAVEfmt ');
  file.setUint32(16, 16, true);
  file.setUint16(20, 1, true);
  file.setUint16(22, 1, true);
  file.setUint32(24, rate, true);
  file.setUint32(28, rate * 2, true);
  file.setUint16(32, 2, true);
  file.setUint16(34, 16, true);
  text(36, 'data');
  file.setUint32(40, frames * 2, true);
  for (let frame = 0; frame < frames; frame++) {
    let value = 0;
    for (const { pitch, at } of bells) {
      const time = frame / rate - at;
      if (time < 0) continue;
      const attack = Math.min(1, time / 0.01);
      value += 0.28 * attack * Math.exp(-5 * time) * Math.sin(2 * Math.PI * pitch * time);
    }
    const release = Math.min(1, (frames - frame) / (rate * 0.02));
    file.setInt16(44 + frame * 2, Math.round(value * release * 32_767), true);
  }
  return file.buffer;
}

/** Sends an element's sound to a speaker. False where the browser cannot, or the speaker is gone: the system's is used. */
export async function routeTo(element: HTMLMediaElement, speaker: string): Promise<boolean> {
  if (!('setSinkId' in element)) return false;
  const id = speaker === SYSTEM_DEFAULT ? '' : speaker;
  try {
    if (element.sinkId !== id) await element.setSinkId(id);
    return true;
  } catch {
    if (id !== '') await element.setSinkId('').catch(() => undefined);
    return false;
  }
}

/** Plays the test sound on a speaker. Resolves when it has been heard, rejects when it cannot be played. */
export async function playTestSound(speaker: string, signal?: AbortSignal): Promise<void> {
  const url = URL.createObjectURL(new Blob([testSound()], { type: 'audio/wav' }));
  const element = new Audio(url);
  try {
    await routeTo(element, speaker);
    const heard = new Promise<void>((resolve, reject) => {
      element.addEventListener('ended', () => {
        resolve();
      });
      element.addEventListener('error', () => {
        reject(new Error('the test sound does not play'));
      });
      signal?.addEventListener('abort', () => {
        element.pause();
        resolve();
      });
    });
    await element.play();
    await heard;
  } finally {
    URL.revokeObjectURL(url);
  }
}
