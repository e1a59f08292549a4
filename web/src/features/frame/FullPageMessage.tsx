import type { ReactNode } from 'react';
import { PageHeading } from '@/a11y';
import { cx } from '@/ui';
import { Frame } from './Frame';
import styles from './FullPageMessage.module.css';

export interface FullPageMessageProps {
  title: string;
  /** A line above the title, such as the meeting's name. */
  over?: string | undefined;
  /** Shown beside the mark. */
  organisation?: string | undefined;
  icon: ReactNode;
  tone?: 'calm' | 'good' | 'warning';
  /** What happened and what to do. */
  children?: ReactNode;
  /** Buttons, the primary one first. */
  actions?: ReactNode;
}

/** FullPageMessage says one thing on a page of its own. */
export function FullPageMessage({
  title,
  over,
  organisation,
  icon,
  tone = 'calm',
  children,
  actions,
}: FullPageMessageProps) {
  return (
    <Frame centred organisation={organisation}>
      <div className={styles['message']}>
        <div className={cx(styles['disc'], tone !== 'calm' && styles[tone])} aria-hidden="true">
          {icon}
        </div>
        {over !== undefined && over !== '' && <p className={styles['over']}>{over}</p>}
        <PageHeading title={title} />
        {children !== undefined && <div className={styles['text']}>{children}</div>}
        {actions !== undefined && <div className={styles['actions']}>{actions}</div>}
      </div>
    </Frame>
  );
}
