import type { ReactNode } from 'react';
import styles from './Banner.module.css';
import { cx } from './cx';
import { CircleAlert, CircleCheck, Info, TriangleAlert } from './icons';

export interface BannerProps {
  tone?: 'info' | 'success' | 'warning' | 'danger';
  title?: string | undefined;
  children?: ReactNode;
  actions?: ReactNode;
  /** Read out as soon as it appears; set it for what appears in answer to something. */
  live?: boolean;
  className?: string | undefined;
}

const icons = { info: Info, success: CircleCheck, warning: TriangleAlert, danger: CircleAlert };

/** Banner tells a state of the page in place. */
export function Banner({ tone = 'info', title, children, actions, live = false, className }: BannerProps) {
  const Icon = icons[tone];
  return (
    <div
      className={cx(styles['banner'], styles[tone], className)}
      {...(live ? { role: tone === 'danger' || tone === 'warning' ? 'alert' : 'status' } : {})}
    >
      <Icon size={20} aria-hidden="true" />
      <div className={styles['words']}>
        {title !== undefined && <p className={styles['title']}>{title}</p>}
        {children}
      </div>
      {actions !== undefined && <div className={styles['actions']}>{actions}</div>}
    </div>
  );
}
