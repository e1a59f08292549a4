/** The page of one meeting: door, pre-join, call, ending. */
import i18next from 'i18next';
import { lazy, Suspense, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useParams } from 'wouter';
import { ApiFault, api } from '@/api';
import { Ending } from '@/features/ending';
import { Frame } from '@/features/frame';
import { type Door, PreJoin } from '@/features/prejoin';
import { faultText } from '@/i18n';
import { connectionLost, LiveFault, live, remember, remembered, useLive } from '@/live';
import { media } from '@/media';
import * as room from '@/room';
import { Spinner } from '@/ui';
import styles from './MeetingPage.module.css';

/** What the call needs to speak at once. Waiting for one after the other, it would show nobody for a second. */
const words = [
  'bar',
  'call',
  'chat',
  'hands',
  'media',
  'moderation',
  'notices',
  'people',
  'preferences',
  'reactions',
  'shortcuts',
  'stage',
] as const;

const loadCall = async () => {
  const [call] = await Promise.all([import('./Call'), i18next.loadNamespaces(words)]);
  return call;
};
const Call = lazy(loadCall);

type Step =
  | { readonly at: 'door' }
  | { readonly at: 'preJoin'; readonly door: Door; readonly busy: boolean; readonly error?: string }
  | { readonly at: 'returning' }
  | { readonly at: 'call' }
  | { readonly at: 'over'; readonly reason: string };

/** Faults that another name or another try can mend; everything else is an ending. */
const mendable = /^(name\.|rate\.|network$|internal$|connection\.lost$|server\.draining$|ticket\.invalid$)/u;

/**
 * The invite is in the fragment, which no server sees. It leaves the address
 * bar at once: an address is soon shown on a shared screen or copied on.
 */
function takeInvite(meeting: string): void {
  const invite = new URLSearchParams(location.hash.slice(1)).get('i');
  if (invite !== null) {
    remember(meeting, { invite, resume: undefined });
    history.replaceState(history.state, '', location.pathname + location.search);
  }
}

async function ticketFor(meeting: string, name: string): Promise<string> {
  try {
    return (await api.ticket(meeting, name, remembered(meeting).invite)).ticket;
  } catch (error) {
    const code = error instanceof ApiFault ? error.code : 'internal';
    throw new LiveFault(code === 'network' ? connectionLost : code);
  }
}

const codeOf = (error: unknown): string =>
  error instanceof LiveFault || error instanceof ApiFault ? error.code : 'internal';

/** Connects and stays connected; rejects with a LiveFault when the meeting refuses. */
async function enter(meeting: string, name: string | undefined, ticket?: string): Promise<void> {
  room.start();
  void loadCall();
  await live.connect({
    meeting,
    ...(ticket === undefined ? {} : { ticket }),
    ...(name === undefined ? {} : { enter: () => ticketFor(meeting, name) }),
  });
}

export default function MeetingPage(): React.JSX.Element {
  const { id } = useParams<{ id: string }>();
  return <Meeting key={id} id={id} />;
}

function Meeting({ id }: { readonly id: string }): React.JSX.Element {
  const [step, setStep] = useState<Step>(() => {
    takeInvite(id);
    return remembered(id).resume === undefined ? { at: 'door' } : { at: 'returning' };
  });
  const { at } = step;

  useDoor(id, at === 'door', setStep);
  useReturn(id, at === 'returning', setStep);
  useEffect(() => {
    room.prefetch();
    return () => {
      room.stop();
      live.reset();
      media.getState().stop();
    };
  }, []);
  useEffect(() => {
    if (at === 'preJoin') {
      void loadCall();
    }
  }, [at]);
  const over = useLive((state) => (state.phase === 'over' ? state.over : null));
  if (at === 'call' && over !== null) {
    setStep({ at: 'over', reason: over });
  }
  useEffect(() => {
    if (at === 'over') {
      room.stop();
      media.getState().stop();
    }
  }, [at]);

  const join = async (door: Door, name: string): Promise<void> => {
    setStep({ at: 'preJoin', door, busy: true });
    try {
      const ticket = await ticketFor(id, name);
      remember(id, { name });
      await enter(id, name, ticket);
      setStep({ at: 'call' });
    } catch (error) {
      const code = codeOf(error);
      if (mendable.test(code)) {
        room.stop();
        const said = faultText(code === connectionLost ? 'network' : code);
        setStep({ at: 'preJoin', door, busy: false, error: said });
      } else {
        setStep({ at: 'over', reason: code });
      }
    }
  };

  switch (step.at) {
    case 'door':
    case 'returning':
      return <Waiting back={step.at === 'returning'} />;
    case 'preJoin':
      return (
        <Frame organisation={step.door.organisation} bare>
          <PreJoin
            door={step.door}
            busy={step.busy}
            error={step.error}
            onJoin={(name) => void join(step.door, name)}
          />
        </Frame>
      );
    case 'call':
      return (
        <Suspense fallback={<Waiting back={false} />}>
          <Call />
        </Suspense>
      );
    case 'over':
      return <Over id={id} reason={step.reason} onStep={setStep} />;
  }
}

/** Asks what may be known before joining. */
function useDoor(id: string, active: boolean, onStep: (step: Step) => void): void {
  useEffect(() => {
    if (!active) {
      return;
    }
    let current = true;
    api.door(id, remembered(id).invite).then(
      (door) => {
        if (current) {
          onStep({ at: 'preJoin', door, busy: false });
        }
      },
      (error: unknown) => {
        if (current) {
          onStep({ at: 'over', reason: codeOf(error) });
        }
      },
    );
    return () => {
      current = false;
    };
  }, [id, active, onStep]);
}

/** After a reload: back to the same seat, without asking anything. */
function useReturn(id: string, active: boolean, onStep: (step: Step) => void): void {
  useEffect(() => {
    if (!active) {
      return;
    }
    let current = true;
    media.getState().start();
    enter(id, remembered(id).name).then(
      () => {
        if (current) {
          onStep({ at: 'call' });
        }
      },
      (error: unknown) => {
        if (current) {
          room.stop();
          // A seat that is gone is no ending: the door says what is possible now.
          onStep(codeOf(error) === 'resume.invalid' ? { at: 'door' } : { at: 'over', reason: codeOf(error) });
        }
      },
    );
    return () => {
      current = false;
    };
  }, [id, active, onStep]);
}

function Waiting({ back }: { readonly back: boolean }): React.JSX.Element {
  const { t } = useTranslation(['call', 'common']);
  return (
    <main id="main" className={styles['waiting']} aria-busy="true">
      <Spinner size={32} label={t(back ? 'call:returning' : 'common:loading')} />
      {back && <p aria-hidden="true">{t('call:returning')}</p>}
    </main>
  );
}

function Over({
  id,
  reason,
  onStep,
}: {
  readonly id: string;
  readonly reason: string;
  readonly onStep: (step: Step) => void;
}): React.JSX.Element {
  const name = useLive((state) => state.meeting?.name);
  const again = (): void => {
    // A seat that was opened elsewhere is still there and can be taken back.
    const seated = remembered(id).resume !== undefined;
    onStep({ at: seated ? 'returning' : 'door' });
  };
  return <Ending reason={reason} meetingName={name} onRejoin={again} />;
}
