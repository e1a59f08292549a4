import { useTranslation } from 'react-i18next';
import { Redirect } from 'wouter';
import { PageHeading } from '@/a11y';
import { textOf, useServer, useSessionState } from '@/api';
import { useAccount } from '@/api/account';
import { Frame, FullPageMessage } from '@/features/frame';
import { Button, CircleAlert } from '@/ui';
import styles from './Account.module.css';
import { Consents } from './Consents';
import { FactorFirst } from './FactorFirst';
import { Name } from './Name';
import { Passkeys } from './Passkeys';
import { Password } from './Password';
import { Sessions } from './Sessions';
import { Totp } from './Totp';
import { WhoLooked } from './WhoLooked';

/** AccountPage is what a person decides about their own account. */
export default function AccountPage() {
  const { t } = useTranslation('account');
  const { t: common } = useTranslation('common');
  const server = useServer();
  const session = useSessionState();
  const me = useAccount();

  if (session.data?.user === null) return <Redirect to="/signin?from=/account" replace />;
  const failure = session.error ?? me.error;
  if (failure) {
    return (
      <FullPageMessage
        title={t('unreachable')}
        icon={<CircleAlert size={40} strokeWidth={1.5} />}
        tone="warning"
        actions={
          <Button
            variant="primary"
            size="large"
            onPress={() => void Promise.all([session.refetch(), me.refetch()])}
          >
            {common('tryAgain')}
          </Button>
        }
      >
        <p>{textOf(failure)}</p>
      </FullPageMessage>
    );
  }
  if (!session.data?.user || !me.data) return null;
  if (session.data.mustSetUpFactor) return <FactorFirst user={session.data.user} />;
  return (
    <Frame organisation={server.data?.organisation} user={session.data.user}>
      <div className={styles['page']}>
        <PageHeading title={t('title')} />
        <Name account={me.data} />
        <Password account={me.data} />
        <Totp account={me.data} />
        <Passkeys />
        <Sessions />
        <Consents />
        <WhoLooked />
      </div>
    </Frame>
  );
}
