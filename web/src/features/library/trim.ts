/** What of a video is shown, in seconds; `to` is its length for all of it. */
export interface Cut {
  readonly from: number;
  readonly to: number;
}

/** The shortest that is left, in seconds: less is no video. */
export const shortest = 1;

const round = (seconds: number) => Math.round(seconds * 10) / 10;

/** withFrom moves the beginning, as far as the end lets it. */
export function withFrom({ to }: Cut, from: number): Cut {
  return { from: round(Math.min(Math.max(0, from), to - shortest)), to };
}

/** withTo moves the end, as far as the beginning and the video let it. */
export function withTo({ from }: Cut, to: number, length: number): Cut {
  return { from, to: round(Math.max(Math.min(length, to), from + shortest)) };
}

/** removed tells how much is cut off at each end. */
export function removed({ from, to }: Cut, length: number): { before: number; after: number; kept: number } {
  const after = length - to;
  return { before: from, after: after < 0.1 ? 0 : after, kept: to - from };
}

/** isWhole reports whether nothing is cut off. */
export function isWhole(cut: Cut, length: number): boolean {
  const { before, after } = removed(cut, length);
  return before === 0 && after === 0;
}
