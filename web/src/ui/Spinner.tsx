import type { CSSProperties } from 'react';
import styles from './Spinner.module.css';

export interface SpinnerProps {
  /** What is under way; without it the spinner is decoration beside a text that says so. */
  label?: string;
  /** Diameter in CSS pixels. */
  size?: number;
}

export function Spinner({ label, size = 24 }: SpinnerProps) {
  const style = { '--spinner-size': `${size}px` } as CSSProperties;
  return label === undefined ? (
    <span className={styles['spinner']} style={style} aria-hidden="true" />
  ) : (
    <span className={styles['spinner']} style={style} role="progressbar" aria-label={label} />
  );
}
