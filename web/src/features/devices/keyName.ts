/** The name of a key for people: "KeyT" is T. The space bar's name is the caller's to translate. */
export function keyName(code: string, space: string): string {
  if (code === 'Space') return space;
  return code
    .replace(/^(Key|Digit)/, '')
    .replace(/^Numpad/, 'Num ')
    .replace(/^Arrow/, '')
    .replace(/(?<=[a-z])(?=[A-Z])/g, ' ');
}
