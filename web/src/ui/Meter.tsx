import styles from './Meter.module.css';
import { cx } from './cx';

export interface MeterProps {
  /** What is measured. */
  label: string;
  /** The same in words, which are shown and read: "34 of 200". */
  text: string;
  /** From 0 to 1; more is drawn as full. */
  value: number;
  /** Where the warning begins, from 0 to 1. */
  mark?: number;
  /** It shows how much of some work is done. */
  progress?: boolean;
}

/** Meter shows how full something is. */
export function Meter({ label, text, value, mark, progress = false }: MeterProps) {
  const percent = Math.round(Math.min(1, Math.max(0, value)) * 100);
  return (
    <div className={styles['meter']}>
      <div className={styles['words']}>
        <span>{label}</span>
        <span className={styles['text']}>{text}</span>
      </div>
      <div
        role={progress ? 'progressbar' : 'meter'}
        aria-label={label}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={percent}
        aria-valuetext={text}
        className={cx(styles['track'], mark !== undefined && value >= mark && styles['warning'])}
      >
        <span className={styles['fill']} style={{ inlineSize: `${percent}%` }} />
        {mark !== undefined && (
          <span className={styles['mark']} style={{ insetInlineStart: `${mark * 100}%` }} />
        )}
      </div>
    </div>
  );
}
