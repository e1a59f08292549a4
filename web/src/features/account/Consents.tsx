import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { textOf } from '@/api';
import { confirmed, NotConfirmed } from '@/api/confirm';
import { type MyConsent, recordings } from '@/api/recordings';
import { formatDate } from '@/i18n';
import { Badge, Banner, Button, ConfirmDialog, toast } from '@/ui';
import styles from './Account.module.css';
import { Section } from './Section';

const tones = {
  asked: 'neutral',
  yes: 'live',
  no: 'neutral',
  withdrawn: 'neutral',
  erased: 'neutral',
} as const;

/** Consents lists the recordings in which the person was asked, and lets them take back a yes. */
export function Consents() {
  const { t } = useTranslation('account');
  const client = useQueryClient();
  const found = useQuery({ queryKey: ['account', 'consents'], queryFn: recordings.myConsents });
  const [asked, setAsked] = useState<MyConsent>();
  const list = found.data?.consents ?? [];
  const withdraw = useMutation({
    mutationFn: (id: string) => confirmed(() => recordings.withdraw(id)),
    onSuccess: () => {
      setAsked(undefined);
      toast.show(t('consents.withdrawn'), { tone: 'success' });
      return client.invalidateQueries({ queryKey: ['account', 'consents'] });
    },
    onError: (error) => {
      if (!(error instanceof NotConfirmed)) toast.show(textOf(error), { tone: 'danger' });
    },
  });
  return (
    <Section title={t('consents.title')} text={t('consents.text')}>
      {found.isError && <Banner tone="danger">{textOf(found.error)}</Banner>}
      {found.isSuccess && list.length === 0 && <p>{t('consents.none')}</p>}
      {list.length > 0 && (
        <ul role="list" className={styles['list']} aria-label={t('consents.title')}>
          {list.map((one) => (
            <li key={one.recording} className={styles['item']}>
              <div className={styles['words']}>
                <p className={styles['name']}>{one.title}</p>
                <p className={styles['soft']}>
                  {[
                    ...(one.meetingName === '' || one.meetingName === one.title ? [] : [one.meetingName]),
                    formatDate(new Date(one.at)),
                  ].join(' · ')}
                </p>
                {one.answer === 'yes' && !one.mayWithdraw && (
                  <p className={styles['soft']}>{t('consents.elsewhere')}</p>
                )}
              </div>
              <div className={styles['buttons']}>
                <Badge tone={tones[one.answer]}>{t(`consents.answer.${one.answer}`)}</Badge>
                {one.mayWithdraw && (
                  <Button size="small" onPress={() => setAsked(one)}>
                    {t('consents.withdraw')}
                    <span className="visually-hidden">: {one.title}</span>
                  </Button>
                )}
              </div>
            </li>
          ))}
        </ul>
      )}
      <ConfirmDialog
        isOpen={asked !== undefined}
        onOpenChange={() => setAsked(undefined)}
        title={t('consents.withdraw.title')}
        confirmLabel={t('consents.withdraw.do')}
        isPending={withdraw.isPending}
        onConfirm={() => {
          if (asked !== undefined) withdraw.mutate(asked.recording);
        }}
      >
        {t('consents.withdraw.text', { title: asked?.title ?? '' })}
      </ConfirmDialog>
    </Section>
  );
}
