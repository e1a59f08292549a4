import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useServer } from '@/api';
import { FullPageMessage } from '@/features/frame';
import { CircleCheck, Link2Off, LinkButton } from '@/ui';
import { SetupForm } from './SetupForm';

export default function SetupPage() {
  const { t } = useTranslation('setup');
  const server = useServer();
  // The secret stays in the fragment: it is never part of a request for a page.
  const [secret] = useState(() => window.location.hash.slice(1));
  // The form itself signs in and leaves; until then it must not see its own success as "already done".
  const [wasSetUp, setWasSetUp] = useState<boolean>();
  if (server.data && wasSetUp === undefined) setWasSetUp(server.data.setUp);

  if (wasSetUp === true) {
    return (
      <FullPageMessage
        title={t('done.title')}
        icon={<CircleCheck size={40} strokeWidth={1.5} />}
        tone="good"
        actions={
          <LinkButton variant="primary" size="large" href="/signin">
            {t('done.signIn')}
          </LinkButton>
        }
      >
        <p>{t('done.text')}</p>
      </FullPageMessage>
    );
  }
  if (secret === '') {
    return (
      <FullPageMessage title={t('noSecret.title')} icon={<Link2Off size={40} strokeWidth={1.5} />}>
        <p>{t('noSecret.text')}</p>
      </FullPageMessage>
    );
  }
  return <SetupForm secret={secret} lan={server.data?.lan === true} />;
}
