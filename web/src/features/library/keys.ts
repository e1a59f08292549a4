/** What a key does in the player. */
export type PlayerCommand =
  | { readonly do: 'toggle' | 'mute' | 'captions' | 'fullscreen' | 'help' }
  /** Seconds, backwards below zero. */
  | { readonly do: 'skip'; readonly by: number }
  /** A share of the whole, 0 to 1. */
  | { readonly do: 'goTo'; readonly share: number }
  | { readonly do: 'speed'; readonly by: 1 | -1 }
  | { readonly do: 'volume'; readonly by: number }
  | { readonly do: 'chapter'; readonly by: 1 | -1 };

/** The keys as they are listed for people; each line is one matter. */
export const playerKeys = [
  { id: 'toggle', keys: ['Space', 'K'] },
  { id: 'skip10', keys: ['J', 'L'] },
  { id: 'skip5', keys: ['←', '→'] },
  { id: 'chapter', keys: ['Page up', 'Page down'] },
  { id: 'goTo', keys: ['0–9'] },
  { id: 'ends', keys: ['Home', 'End'] },
  { id: 'speed', keys: ['<', '>'] },
  { id: 'volume', keys: ['↑', '↓'] },
  { id: 'mute', keys: ['M'] },
  { id: 'captions', keys: ['C'] },
  { id: 'fullscreen', keys: ['F'] },
  { id: 'help', keys: ['?'] },
] as const;

const fixed: Readonly<Record<string, PlayerCommand>> = {
  ' ': { do: 'toggle' },
  k: { do: 'toggle' },
  j: { do: 'skip', by: -10 },
  l: { do: 'skip', by: 10 },
  arrowleft: { do: 'skip', by: -5 },
  arrowright: { do: 'skip', by: 5 },
  arrowup: { do: 'volume', by: 0.05 },
  arrowdown: { do: 'volume', by: -0.05 },
  pageup: { do: 'chapter', by: -1 },
  pagedown: { do: 'chapter', by: 1 },
  home: { do: 'goTo', share: 0 },
  end: { do: 'goTo', share: 1 },
  '<': { do: 'speed', by: -1 },
  '>': { do: 'speed', by: 1 },
  c: { do: 'captions' },
  f: { do: 'fullscreen' },
  m: { do: 'mute' },
  '?': { do: 'help' },
};

/** commandOf gives what a key does; undefined for keys of others. */
export function commandOf(key: string): PlayerCommand | undefined {
  if (/^\d$/.test(key)) return { do: 'goTo', share: Number(key) / 10 };
  const name = key.toLowerCase();
  return Object.hasOwn(fixed, name) ? fixed[name] : undefined;
}

/** Keys that do something while they are held down. */
export const repeats: ReadonlySet<PlayerCommand['do']> = new Set(['skip', 'volume']);

/** The speeds on offer. */
export const speeds = [0.5, 0.75, 1, 1.25, 1.5, 1.75, 2] as const;

/** nextSpeed gives the speed one step faster or slower than one, within what is on offer. */
export function nextSpeed(now: number, by: 1 | -1): number {
  const found = by > 0 ? speeds.find((speed) => speed > now) : speeds.findLast((speed) => speed < now);
  return found ?? now;
}
