import type { ReactNode } from 'react';
import { Link } from 'wouter';
import type { User } from '@/api';
import { SkipLink } from '@/a11y';
import { LanguageSwitch } from '@/i18n';
import { cx } from '@/ui';
import { AccountMenu } from './AccountMenu';
import styles from './Frame.module.css';
import { Mark } from './Mark';

export interface FrameProps {
  /** Shown beside the mark. */
  organisation?: string | undefined;
  /** Puts their menu into the header; without it there is the language switch. */
  user?: User | undefined;
  /** Puts the content into the middle of the page: for a single card. */
  centred?: boolean;
  /** Leaves width and padding to the content. */
  bare?: boolean;
  children: ReactNode;
}

/** Frame is what every page outside the call has around it. */
export function Frame({ organisation, user, centred = false, bare = false, children }: FrameProps) {
  return (
    <div className={styles['frame']}>
      <SkipLink />
      <header className={styles['header']}>
        <Link href="/" className={cx(styles['brand'])}>
          <Mark className={styles['mark']} />
          <span>{organisation === undefined || organisation === '' ? 'Plenum' : organisation}</span>
        </Link>
        <div className={styles['tools']}>{user ? <AccountMenu user={user} /> : <LanguageSwitch />}</div>
      </header>
      <main
        id="main"
        tabIndex={-1}
        className={cx(styles['main'], centred && styles['centred'], bare && styles['bare'])}
      >
        {children}
      </main>
    </div>
  );
}
