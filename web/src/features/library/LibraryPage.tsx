import { useTranslation } from 'react-i18next';
import { Redirect, useSearchParams } from 'wouter';
import { textOf, useServer, useSession } from '@/api';
import { Frame, FullPageMessage } from '@/features/frame';
import { Button, CircleAlert } from '@/ui';
import { Library } from './Library';

/** LibraryPage is where the recordings are that one may watch or manage; `?meeting=` shows those of one meeting. */
export default function LibraryPage() {
  const { t } = useTranslation('library');
  const { t: common } = useTranslation('common');
  const [search] = useSearchParams();
  const server = useServer();
  const session = useSession();
  const meeting = search.get('meeting') ?? '';

  if (session.data === null) {
    const from = meeting === '' ? '/recordings' : `/recordings?meeting=${encodeURIComponent(meeting)}`;
    return <Redirect to={`/signin?from=${encodeURIComponent(from)}`} replace />;
  }
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
  const user = session.data;
  if (!user) return null;
  return (
    <Frame organisation={server.data?.organisation} user={user}>
      <Library key={meeting} user={user} meeting={meeting} all={search.has('all')} />
    </Frame>
  );
}
