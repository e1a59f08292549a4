import { describe, expect, it } from 'vitest';
import { longestSound, type Sound, sound, sounds } from './tones';

interface Event {
  readonly at: number;
  readonly value: number;
}

/** The little of Web Audio that sounds use, writing down what is asked of it. */
function recorder() {
  const gains: Event[][] = [];
  const starts: number[] = [];
  const stops: number[] = [];
  const param = (log: Event[]) => {
    const write = (value: number, at: number) => {
      log.push({ at, value });
    };
    return { setValueAtTime: write, linearRampToValueAtTime: write, exponentialRampToValueAtTime: write };
  };
  const context = {
    currentTime: 7,
    createGain: () => {
      const log: Event[] = [];
      gains.push(log);
      return { gain: param(log), connect: (to: unknown) => to, disconnect: () => undefined };
    },
    createOscillator: () => ({
      frequency: param([]),
      connect: (to: unknown) => to,
      start: (at: number) => starts.push(at),
      stop: (at: number) => stops.push(at),
    }),
  };
  return { context: context as unknown as BaseAudioContext, gains, starts, stops };
}

describe.each<Sound>([...sounds])('%s', (which) => {
  const { context, gains, starts, stops } = recorder();
  sound(which, context, {} as AudioNode);

  it('begins at once and is over in time', () => {
    expect(Math.min(...starts)).toBe(7);
    expect(Math.max(...stops)).toBeLessThan(7 + longestSound / 1000);
  });

  it('is soft, and neither begins nor ends with a click', () => {
    // Notes may overlap: even all at once they stay well under full scale.
    const peaks = gains.map((log) => Math.max(...log.map((e) => e.value)));
    expect(peaks.reduce((a, b) => a + b)).toBeLessThan(0.35);
    for (const log of gains) {
      expect(log[0]?.value).toBe(0);
      expect(log.at(-1)?.value).toBeLessThan(0.001);
    }
  });
});
