import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Redirect, useLocation, useSearch } from 'wouter';
import { useServer, useSession, useSignedIn } from '@/api';
import type { Step } from '@/api/signin';
import { Frame } from '@/features/frame';
import { faultText } from '@/i18n';
import { Banner } from '@/ui';
import { destination } from './destination';
import { FactorStep } from './FactorStep';
import { stepIn } from './handover';
import { PasswordStep } from './PasswordStep';
import { Providers } from './Providers';
import styles from './SignInPage.module.css';

export default function SignInPage() {
  const { t } = useTranslation('signin');
  const [, navigate] = useLocation();
  const search = useSearch();
  const server = useServer();
  const session = useSession();
  const signedIn = useSignedIn();
  const [wanted, setWanted] = useState(() => stepIn(window.location.hash));
  const [leaving, setLeaving] = useState(false);
  const to = destination(search);
  const problem = new URLSearchParams(search).get('error');
  useEffect(() => {
    // A step serves once; it is not for the browser's history.
    if (window.location.hash !== '')
      window.history.replaceState(null, '', window.location.pathname + window.location.search);
  }, []);

  if (session.data && !leaving) return <Redirect to={to} replace />;
  if (server.data?.setUp === false) return <Redirect to="/" replace />;

  const onStep = async (step: Step) => {
    if (!step.user) {
      setWanted(step);
      return;
    }
    setLeaving(true);
    await signedIn();
    navigate(to, { replace: true });
  };

  return (
    <Frame organisation={server.data?.organisation} centred>
      <div className={styles['card']}>
        {wanted ? (
          <FactorStep wanted={wanted} onStep={onStep} onBack={() => setWanted(undefined)} />
        ) : (
          <>
            <PasswordStep onStep={onStep}>
              {problem !== null && (
                <Banner tone="danger" live>
                  {faultText(problem)}
                </Banner>
              )}
            </PasswordStep>
            <Providers providers={server.data?.providers ?? []} from={to} onStep={onStep} />
            <p className={styles['guests']}>{t('guests')}</p>
          </>
        )}
      </div>
    </Frame>
  );
}
