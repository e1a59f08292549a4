/** The sounds a meeting makes. Each can be switched off on its own. */
export const sounds = ['join', 'leave', 'hand', 'knock', 'asked', 'muted'] as const;
export type Sound = (typeof sounds)[number];

/** One note: when it begins and how long it rings (seconds), pitch (hertz), loudness (0–1). */
interface Note {
  readonly at: number;
  readonly rings: number;
  readonly pitch: number;
  readonly loudness: number;
  readonly wave: 'sine' | 'triangle';
}

const note = (
  at: number,
  pitch: number,
  loudness: number,
  rings = 0.32,
  wave: Note['wave'] = 'sine',
): Note => ({
  at,
  pitch,
  loudness,
  rings,
  wave,
});

// Loudness stays around −26 dBFS: to be noticed under a voice, never to startle.
// Coming rises, going falls, by the same fourth (D5–G5).
const scores: Readonly<Record<Sound, readonly Note[]>> = {
  join: [note(0, 587.33, 0.045), note(0.09, 783.99, 0.05, 0.42)],
  leave: [note(0, 783.99, 0.04), note(0.09, 587.33, 0.04, 0.38)],
  hand: [note(0, 880, 0.04, 0.3, 'triangle'), note(0.11, 1108.73, 0.035, 0.46, 'triangle')],
  knock: [note(0, 196, 0.16, 0.11, 'triangle'), note(0.15, 185, 0.16, 0.13, 'triangle')],
  asked: [note(0, 659.26, 0.045, 0.3, 'triangle'), note(0.14, 880, 0.045, 0.44, 'triangle')],
  muted: [note(0, 440, 0.06, 0.14), note(0.07, 329.63, 0.05, 0.2)],
};

/** How long the attack takes, in seconds: short enough to be crisp, long enough not to click. */
const attack = 0.012;

/** After so many ms even the longest sound has died away. */
export const longestSound = 900;

/** Writes a sound's notes into the audio graph, to begin at once. */
export function sound(which: Sound, context: BaseAudioContext, out: AudioNode): void {
  for (const n of scores[which]) {
    const begin = context.currentTime + n.at;
    const end = begin + attack + n.rings;
    const gain = context.createGain();
    gain.gain.setValueAtTime(0, begin);
    gain.gain.linearRampToValueAtTime(n.loudness, begin + attack);
    // An exponential ramp cannot reach zero; 0.0001 is −80 dB, inaudible.
    gain.gain.exponentialRampToValueAtTime(0.0001, end);
    const oscillator = context.createOscillator();
    oscillator.type = n.wave;
    oscillator.frequency.setValueAtTime(n.pitch, begin);
    oscillator.connect(gain).connect(out);
    oscillator.start(begin);
    oscillator.stop(end);
    oscillator.onended = () => {
      gain.disconnect();
    };
  }
}
