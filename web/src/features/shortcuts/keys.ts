/** How a key of the keyboard is written: a letter as it is printed, another key by its name. */
export type KeyName = 'space' | 'shift' | 'control' | 'alt' | 'escape' | 'enter';

const named: Readonly<Record<string, KeyName>> = {
  ' ': 'space',
  Space: 'space',
  Shift: 'shift',
  ShiftLeft: 'shift',
  ShiftRight: 'shift',
  Control: 'control',
  ControlLeft: 'control',
  ControlRight: 'control',
  Alt: 'alt',
  AltLeft: 'alt',
  Escape: 'escape',
  escape: 'escape',
  Enter: 'enter',
  enter: 'enter',
};

/** The name of a KeyboardEvent.key or .code, or the character to print. */
export function keyLabel(key: string): { name: KeyName } | { character: string } {
  const name = named[key];
  if (name !== undefined) return { name };
  // KeyboardEvent.code: "KeyB" and "Digit3" stand for what is printed on the key.
  return { character: key.replace(/^(?:Key|Digit)(?=.$)/u, '').toLocaleUpperCase() };
}
