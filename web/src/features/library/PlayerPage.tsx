import { useEffect, useState } from 'react';
import { useParams } from 'wouter';
import { useSession } from '@/api';
import { type Door, LinkDoor } from './LinkDoor';
import { secretIn } from './secret';
import { Watch } from './Watch';

/** PlayerPage shows one recording, to somebody who may watch it or has a link. */
export default function PlayerPage() {
  const { id } = useParams<{ id: string }>();
  const session = useSession();
  const [secret, setSecret] = useState(() => secretIn(window.location.hash));
  const [door, setDoor] = useState<Door>();
  const [worthless, setWorthless] = useState(false);

  useEffect(() => {
    // The secret leaves the address bar at once: an address is soon shown on a shared screen or copied on.
    const take = () => {
      const found = secretIn(window.location.hash);
      if (found === '') return;
      setSecret(found);
      setDoor(undefined);
      setWorthless(false);
      window.history.replaceState(
        window.history.state,
        '',
        window.location.pathname + window.location.search,
      );
    };
    take();
    window.addEventListener('hashchange', take); // another link was pasted over this one
    return () => window.removeEventListener('hashchange', take);
  }, []);

  if (secret !== '' && door === undefined && !worthless) {
    return (
      <LinkDoor
        key={secret}
        id={id}
        secret={secret}
        onOpen={setDoor}
        onWorthless={() => setWorthless(true)}
      />
    );
  }
  // Who cannot be asked who they are may still have the link.
  if (session.data === undefined && !session.isError) return null;
  return <Watch key={id} id={id} user={session.data ?? null} door={door} worthless={worthless} />;
}
