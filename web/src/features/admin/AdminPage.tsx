import { Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, Redirect, Route, Switch, useLocation } from 'wouter';
import { textOf, useServer, useSessionState } from '@/api';
import { FactorFirst } from '@/features/account';
import { Frame, FullPageMessage } from '@/features/frame';
import { Button, CircleAlert, cx, LinkButton, Lock, Select, Spinner } from '@/ui';
import styles from './Admin.module.css';
import { sections } from './sections';

/** AdminPage is the administration: its parts on the left, on a phone in a list above. */
export default function AdminPage() {
  const { t } = useTranslation('admin');
  const { t: common } = useTranslation('common');
  const [location, navigate] = useLocation();
  const server = useServer();
  const session = useSessionState();
  const user = session.data?.user;

  if (user === null) return <Redirect to={`/signin?from=${encodeURIComponent(location)}`} replace />;
  if (session.isError) {
    return (
      <FullPageMessage
        title={t('unreachable')}
        icon={<CircleAlert size={40} strokeWidth={1.5} />}
        tone="warning"
        actions={
          <Button variant="primary" size="large" onPress={() => void session.refetch()}>
            {common('tryAgain')}
          </Button>
        }
      >
        <p>{textOf(session.error)}</p>
      </FullPageMessage>
    );
  }
  if (!user) return null;
  if (!user.admin) {
    return (
      <FullPageMessage
        title={t('notAdmin.title')}
        icon={<Lock size={40} strokeWidth={1.5} />}
        actions={
          <LinkButton variant="primary" size="large" href="/">
            {common('toHome')}
          </LinkButton>
        }
      >
        <p>{t('notAdmin.text')}</p>
      </FullPageMessage>
    );
  }
  if (session.data?.mustSetUpFactor) return <FactorFirst user={user} />;

  const shown = sections.filter(({ operator }) => !operator || user.operator);
  const here = shown.findLast(({ path }) => location === path || location.startsWith(`${path}/`));
  return (
    <Frame organisation={server.data?.organisation} user={user}>
      <div className={styles['layout']}>
        <nav className={styles['nav']} aria-label={t('nav')}>
          <ul role="list">
            {shown.map(({ id, path, icon: Icon }) => (
              <li key={id}>
                <Link
                  href={path}
                  className={cx(styles['link'])}
                  aria-current={id === here?.id ? 'page' : undefined}
                >
                  <Icon size={20} aria-hidden="true" />
                  {t(`section.${id}`)}
                </Link>
              </li>
            ))}
          </ul>
        </nav>
        <Select
          label={t('nav')}
          hideLabel
          items={shown.map(({ path, id }) => ({ id: path, label: t(`section.${id}`) }))}
          value={here?.path ?? null}
          onChange={(path) => navigate(path)}
          className={styles['choose']}
        />
        <div className={styles['content']}>
          <Suspense fallback={<Spinner label={common('loading')} />}>
            <Switch>
              {shown.map(({ id, path, page: Page }) => (
                <Route key={id} path={path}>
                  <Page />
                </Route>
              ))}
              <Route>
                <Redirect to="/admin" replace />
              </Route>
            </Switch>
          </Suspense>
        </div>
      </div>
    </Frame>
  );
}
