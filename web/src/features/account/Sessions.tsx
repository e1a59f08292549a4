import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { textOf } from '@/api';
import { account } from '@/api/account';
import { confirmed, NotConfirmed } from '@/api/confirm';
import { formatDate } from '@/i18n';
import { Badge, Banner, Button, toast } from '@/ui';
import styles from './Account.module.css';
import { Section } from './Section';

/** Sessions lists where the person is signed in. */
export function Sessions() {
  const { t } = useTranslation('account');
  const client = useQueryClient();
  const sessions = useQuery({ queryKey: ['account', 'sessions'], queryFn: account.sessions });
  const list = sessions.data?.sessions ?? [];
  const end = useMutation({
    mutationFn: (id?: string) =>
      confirmed(() => (id === undefined ? account.endOtherSessions() : account.endSession(id))),
    onSuccess: (_, id) => {
      toast.show(t(id === undefined ? 'sessions.allEnded' : 'sessions.ended'), { tone: 'success' });
      return client.invalidateQueries({ queryKey: ['account', 'sessions'] });
    },
    onError: (error) => {
      if (!(error instanceof NotConfirmed)) toast.show(textOf(error), { tone: 'danger' });
    },
  });
  /** The server says it in English, as in "Firefox on Linux". */
  const nameOf = (words: string) => {
    const [browser = '', system] = words.split(' on ');
    if (browser === '') return t('sessions.unknown');
    return system === undefined ? browser : t('sessions.browser', { browser, system });
  };
  return (
    <Section title={t('sessions.title')} text={t('sessions.text')}>
      {sessions.isError && <Banner tone="danger">{textOf(sessions.error)}</Banner>}
      <ul role="list" className={styles['list']} aria-label={t('sessions.title')}>
        {list.map((session) => (
          <li key={session.id} className={styles['item']}>
            <div className={styles['words']}>
              <p className={styles['name']}>{nameOf(session.browser)}</p>
              <p className={styles['soft']}>
                {t('sessions.since', { since: formatDate(new Date(session.createdAt)) })}
                {session.lastDay !== '' &&
                  ` · ${t('sessions.last', { last: formatDate(new Date(session.lastDay)) })}`}
              </p>
            </div>
            {session.current ? (
              <Badge tone="live">{t('sessions.this')}</Badge>
            ) : (
              <Button
                size="small"
                isPending={end.isPending && end.variables === session.id}
                onPress={() => end.mutate(session.id)}
              >
                {t('sessions.end')}
                <span className="visually-hidden">: {nameOf(session.browser)}</span>
              </Button>
            )}
          </li>
        ))}
      </ul>
      {list.length > 1 && (
        <div className={styles['actions']}>
          <Button onPress={() => end.mutate(undefined)}>{t('sessions.endOthers')}</Button>
        </div>
      )}
    </Section>
  );
}
