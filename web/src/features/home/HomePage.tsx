import { useTranslation } from 'react-i18next';
import { Redirect } from 'wouter';
import { textOf, useServer, useSession } from '@/api';
import { FullPageMessage } from '@/features/frame';
import { Button, CircleAlert, Sparkles } from '@/ui';
import { Home } from './Home';

/** HomePage leads to one's meetings, to signing in, or tells that the server is not set up yet. */
export default function HomePage() {
  const { t } = useTranslation('home');
  const { t: common } = useTranslation('common');
  const server = useServer();
  const session = useSession();

  const failure = server.error ?? session.error;
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
            onPress={() => void Promise.all([server.refetch(), session.refetch()])}
          >
            {common('tryAgain')}
          </Button>
        }
      >
        <p>{textOf(failure)}</p>
      </FullPageMessage>
    );
  }
  if (!server.data || session.data === undefined) return null;
  if (!server.data.setUp) {
    return (
      <FullPageMessage
        title={t('notSetUp.title')}
        icon={<Sparkles size={40} strokeWidth={1.5} />}
        tone="good"
      >
        <p>{t('notSetUp.text')}</p>
      </FullPageMessage>
    );
  }
  if (session.data === null) return <Redirect to="/signin" replace />;
  return <Home user={session.data} organisation={server.data.organisation} />;
}
