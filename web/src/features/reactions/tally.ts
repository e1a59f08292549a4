import type { Kind } from './kinds';

/** One kind of reaction among several, for one sentence to a screen reader. */
export interface Tally {
  readonly kind: Kind;
  /** Names without repeats, in the order they came. */
  readonly names: readonly string[];
}

/** Sums up a batch by kind, the kind most people showed first. */
export function tally(batch: readonly { readonly kind: Kind; readonly name: string }[]): Tally[] {
  const byKind = new Map<Kind, string[]>();
  for (const { kind, name } of batch) {
    const names = byKind.get(kind) ?? [];
    if (!names.includes(name)) names.push(name);
    byKind.set(kind, names);
  }
  return [...byKind]
    .map(([kind, names]) => ({ kind, names }))
    .sort((a, b) => b.names.length - a.names.length);
}
