import { useEffect, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import { useServer, type User } from '@/api';
import { SkipLink } from '@/a11y';
import { LanguageSwitch } from '@/i18n';
import { cx } from '@/ui';
import { rememberAccent } from './accent';
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
  const { t } = useTranslation('common');
  const server = useServer();
  const accent = server.data?.accent;
  useEffect(() => {
    if (accent !== undefined) rememberAccent(accent);
  }, [accent]);
  const logo = server.data?.logo ?? '';
  return (
    <div className={styles['frame']}>
      <SkipLink />
      <header className={styles['header']}>
        <Link href="/" className={cx(styles['brand'])}>
          {logo === '' ? (
            <Mark className={styles['mark']} />
          ) : (
            <img className={styles['logo']} src={logo} alt="" />
          )}
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
      <footer className={styles['footer']}>
        <Link href="/privacy">{t('footer.privacy')}</Link>
      </footer>
    </div>
  );
}
