/** The name people join with, remembered in this browser. The server checks it again. */
const key = 'plenum.name';

export const longestName = 100;

export type NameFault = 'empty' | 'long' | null;

export function nameFault(name: string): NameFault {
  const trimmed = name.trim();
  if (trimmed === '') return 'empty';
  // Code points, as the server counts them.
  return Array.from(trimmed).length > longestName ? 'long' : null;
}

export function rememberedName(): string {
  try {
    return (localStorage.getItem(key) ?? '').slice(0, longestName);
  } catch {
    return '';
  }
}

export function rememberName(name: string): void {
  try {
    localStorage.setItem(key, name);
  } catch {
    // It is asked for again next time.
  }
}
