/** The reactions, as the live protocol names them, in the order of the menu. */
export const kinds = [
  'thumbs-up',
  'clap',
  'heart',
  'laugh',
  'surprised',
  'celebrate',
  'thumbs-down',
  'slower',
] as const;
export type Kind = (typeof kinds)[number];

/** The kind a message names, or undefined for one this client does not know. */
export function kindOf(name: string): Kind | undefined {
  return kinds.find((kind) => kind === name);
}
