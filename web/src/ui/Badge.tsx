import type { ReactNode } from 'react';
import styles from './Badge.module.css';
import { cx } from './cx';

export interface BadgeProps {
  tone?: 'neutral' | 'accent' | 'live' | 'warning' | 'danger';
  icon?: ReactNode;
  children: ReactNode;
}

/** Badge is a state in a word or two. */
export function Badge({ tone = 'neutral', icon, children }: BadgeProps) {
  return (
    <span className={cx(styles['badge'], styles[tone])}>
      {icon}
      {children}
    </span>
  );
}
