import type { ReactNode } from 'react';
import { PageHeading } from '@/a11y';
import styles from './Admin.module.css';

export interface HeadProps {
  title: string;
  lead?: string;
  /** The page's one primary action. */
  action?: ReactNode;
}

/** Head begins a page of the administration. */
export function Head({ title, lead, action }: HeadProps) {
  return (
    <div className={styles['head']}>
      <div>
        <PageHeading title={title} />
        {lead !== undefined && <p className={styles['lead']}>{lead}</p>}
      </div>
      {action}
    </div>
  );
}
