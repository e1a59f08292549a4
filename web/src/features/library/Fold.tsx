import type { ReactNode } from 'react';
import { ChevronDown, cx } from '@/ui';
import styles from './Fold.module.css';

export interface FoldProps {
  name: string;
  /** What stands for the name of somebody who has none here. */
  unnamed?: boolean;
  facts: readonly string[];
  /** At the end of the line: how it stands. */
  end: ReactNode;
  /** What is folded away. */
  children?: ReactNode;
}

/** Folds lists people, a line each. */
export function Folds({ label, children }: { label: string; children: ReactNode }) {
  return (
    <ul role="list" className={styles['list']} aria-label={label}>
      {children}
    </ul>
  );
}

/** Fold is the line of one person, with what it sums up folded below; a plain line where there is no more to say. */
export function Fold({ name, unnamed = false, facts, end, children }: FoldProps) {
  const line = (
    <>
      <span className={styles['words']}>
        <bdi className={cx(styles['name'], unnamed && styles['unnamed'])}>{name}</bdi>
        <span className={styles['facts']}>{facts.join(' · ')}</span>
      </span>
      <span className={styles['sum']}>{end}</span>
    </>
  );
  if (!children) {
    return (
      <li>
        <div className={styles['line']}>{line}</div>
      </li>
    );
  }
  return (
    <li>
      <details>
        <summary className={styles['line']}>
          {line}
          <ChevronDown size={20} className={styles['arrow']} aria-hidden="true" />
        </summary>
        <div className={styles['more']}>{children}</div>
      </details>
    </li>
  );
}

export interface Step {
  what: string;
  at: string;
  moment: string;
}

/** Steps says what happened when. */
export function Steps({ label, steps }: { label: string; steps: readonly Step[] }) {
  return (
    <ol role="list" className={styles['steps']} aria-label={label}>
      {steps.map(({ what, at, moment }) => (
        <li key={`${at} ${what}`}>
          <span>{what}</span>
          <time dateTime={at}>{moment}</time>
        </li>
      ))}
    </ol>
  );
}
