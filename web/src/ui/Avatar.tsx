import type { CSSProperties } from 'react';
import styles from './Avatar.module.css';
import { cx } from './cx';

export interface AvatarProps {
  name: string;
  /** Diameter as a CSS length or in CSS pixels. */
  size?: number | string;
  className?: string | undefined;
}

/** Avatar stands for a person without a picture. It is decoration: write the name beside it. */
export function Avatar({ name, size = 40, className }: AvatarProps) {
  const style = {
    '--avatar-size': typeof size === 'number' ? `${size}px` : size,
    '--avatar-hue': hue(name),
  } as CSSProperties;
  return (
    <span className={cx(styles['avatar'], className)} style={style} aria-hidden="true">
      {initials(name)}
    </span>
  );
}

/** initials gives the first letters of the first and the last word, in whatever script, without what is in brackets. */
export function initials(name: string): string {
  const words = (name.replace(/\([^)]*\)?/gu, '').trim() || name)
    .split(/[\s\-–—_.,]+/u)
    .filter((word) => /^[\p{L}\p{N}]/u.test(word));
  const first = words[0];
  if (first === undefined) return '·';
  const last = words.length > 1 ? words[words.length - 1] : undefined;
  return [first, last]
    .map((word) => Array.from(word ?? '')[0] ?? '')
    .join('')
    .toLocaleUpperCase();
}

/** hue gives a name the same colour each time, in degrees. */
function hue(name: string): number {
  let sum = 0;
  for (const character of name) sum = (sum * 31 + (character.codePointAt(0) ?? 0)) % 360;
  return sum;
}
