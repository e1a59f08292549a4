/** The spoken announcements. They cannot be switched off: to be recorded concerns everybody who is heard. */
import { media, routeTo } from '@/media';
import type { Tiding } from './state';

/** scripts/clips.sh makes them: `en-started.mp3`. Only their addresses are here; each loads when it is spoken. */
const clips = import.meta.glob<string>('./clips/*.mp3', { query: '?url', import: 'default', eager: true });

/** As loud as somebody who speaks calmly. */
const volume = 0.8;

/** What is being said, or waits to be; the newest only, because it makes the one before untrue. */
let current: HTMLAudioElement | null = null;

/** Speaks through the chosen speaker, as soon as the browser lets the page be heard. */
export async function speak(tiding: Tiding, language: string): Promise<void> {
  const element = new Audio(clips[`./clips/${language}-${tiding}.mp3`] ?? clips[`./clips/en-${tiding}.mp3`]);
  element.volume = volume;
  current?.pause();
  current = element;
  await routeTo(element, media.getState().speaker.deviceId);
  try {
    await element.play();
  } catch {
    speakOnTouch(element);
  }
}

/** After a reload browsers are silent until the page is touched; the meeting's own sound waits for it too. */
function speakOnTouch(element: HTMLAudioElement): void {
  const touched = (): void => {
    removeEventListener('pointerup', touched);
    removeEventListener('keyup', touched);
    if (current === element) {
      // Refused again: then nothing of the meeting is heard either, and the mark says it.
      element.play().catch(() => undefined);
    }
  };
  addEventListener('pointerup', touched);
  addEventListener('keyup', touched);
}
