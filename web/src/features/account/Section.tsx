import { useId, type ReactNode } from 'react';
import styles from './Account.module.css';

export interface SectionProps {
  title: string;
  /** What it is for, in a sentence or two. */
  text?: string;
  /** A state beside the title. */
  state?: ReactNode;
  children: ReactNode;
}

/** Section is one matter of the account. */
export function Section({ title, text, state, children }: SectionProps) {
  const id = useId();
  return (
    <section className={styles['section']} aria-labelledby={id}>
      <div className={styles['head']}>
        <h2 id={id}>{title}</h2>
        {state}
      </div>
      {text !== undefined && <p className={styles['text']}>{text}</p>}
      {children}
    </section>
  );
}
