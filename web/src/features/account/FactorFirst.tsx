import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { PageHeading } from '@/a11y';
import { textOf, useServer, type User } from '@/api';
import { NotConfirmed } from '@/api/confirm';
import { Frame } from '@/features/frame';
import { hasPasskeys, PasskeyDeclined } from '@/features/passkey';
import { formatDate } from '@/i18n';
import { Banner, Button, Fingerprint, Smartphone } from '@/ui';
import styles from './Account.module.css';
import { RecoveryCodes } from './RecoveryCodes';
import { TotpSetUp } from './TotpSetUp';
import { useAddPasskey } from './useAddPasskey';

/** FactorFirst leads somebody through the second factor that their organisation wants before anything else. */
export function FactorFirst({ user }: { user: User }) {
  const { t } = useTranslation('account');
  const client = useQueryClient();
  const server = useServer();
  const [app, setApp] = useState(false);
  const [codes, setCodes] = useState<string[]>();
  const goOn = () => void client.invalidateQueries();
  const add = useAddPasskey(() => undefined);
  return (
    <Frame organisation={server.data?.organisation} user={user} centred>
      <div className={styles['first']}>
        <div className={styles['section']}>
          <PageHeading title={t('first.title')} />
          <p className={styles['text']}>{t(codes ? 'first.done' : 'first.text')}</p>
          {add.isError && !(add.error instanceof NotConfirmed) && (
            <Banner tone={add.error instanceof PasskeyDeclined ? 'info' : 'danger'} live>
              {add.error instanceof PasskeyDeclined ? t('passkeys.declined') : textOf(add.error)}
            </Banner>
          )}
          {codes ? (
            <RecoveryCodes codes={codes} doneLabel={t('first.goOn')} onDone={goOn} />
          ) : app ? (
            <TotpSetUp onDone={setCodes} onCancel={() => setApp(false)} />
          ) : (
            <div className={styles['form']}>
              <p>{t('first.choose')}</p>
              <Button
                variant="primary"
                size="large"
                wide
                icon={<Smartphone size={20} aria-hidden="true" />}
                onPress={() => setApp(true)}
              >
                {t('first.app')}
              </Button>
              {hasPasskeys() && (
                <Button
                  size="large"
                  wide
                  icon={<Fingerprint size={20} aria-hidden="true" />}
                  isPending={add.isPending}
                  onPress={() => add.mutate(t('passkeys.newName', { date: formatDate(Date.now()) }))}
                >
                  {t('first.passkey')}
                </Button>
              )}
            </div>
          )}
        </div>
      </div>
    </Frame>
  );
}
