import { borrowAudio, media, routeTo } from '@/media';
import { longestSound, type Sound, sound } from './tones';

/** Plays a sound on the chosen speaker. Stays silent where the browser forbids sound. */
export async function play(which: Sound): Promise<void> {
  const audio = borrowAudio();
  const { context } = audio;
  // Only an element can be sent to a speaker in every browser that knows speakers.
  const out = context.createMediaStreamDestination();
  const element = new Audio();
  element.srcObject = out.stream;
  try {
    await routeTo(element, media.getState().speaker.deviceId);
    await element.play();
    sound(which, context, out);
    await new Promise((resolve) => setTimeout(resolve, longestSound));
  } catch {
    // The page was not touched yet: a sound that comes late would say nothing.
  } finally {
    element.srcObject = null;
    audio.giveBack();
  }
}
