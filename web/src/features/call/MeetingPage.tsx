/** The page of one meeting: door, pre-join, call, ending. */
import i18next from 'i18next';
import { lazy, Suspense, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useParams } from 'wouter';
import { ApiFault, api, useServer } from '@/api';
import { Ending } from '@/features/ending';
import { Frame } from '@/features/frame';
import { type Door, type Entry, PreJoin, type Refusal } from '@/features/prejoin';
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
  'lobby',
  'media',
  'moderation',
  'notices',
  'people',
  'preferences',
  'reactions',
  'recording',
  'shortcuts',
  'stage',
] as const;

const loadCall = async () => {
  const [call] = await Promise.all([import('./Call'), i18next.loadNamespaces(words)]);
  return call;
};
const Call = lazy(loadCall);

const loadWaiting = () => import('@/features/waiting');
const WaitingPage = lazy(async () => ({ default: (await loadWaiting()).WaitingPage }));

type Step =
  | { readonly at: 'door' }
  | { readonly at: 'preJoin'; readonly door: Door; readonly busy: boolean; readonly refusal?: Refusal }
  | { readonly at: 'returning' }
  | { readonly at: 'call' }
  | { readonly at: 'over'; readonly reason: string; readonly door?: Door };

/** Faults that another name, a passcode or another try can mend; everything else is an ending. */
const mendable =
  /^(name\.|passcode\.|account\.required$|rate\.|network$|internal$|connection\.lost$|server\.draining$|ticket\.invalid$)/u;

/** Without what only the person knows there is no coming back by itself: the door asks for it. */
const askedAtDoor = /^(resume\.invalid|passcode\.\w+|account\.required)$/u;

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

async function ticketFor(meeting: string, { name, passcode }: Entry): Promise<string> {
  const { invite } = remembered(meeting);
  const entry = { name, ...(passcode !== '' && { passcode }), ...(invite !== undefined && { invite }) };
  try {
    return (await api.ticket(meeting, entry)).ticket;
  } catch (error) {
    const { code, retry } = error instanceof ApiFault ? error : { code: 'internal', retry: 0 };
    throw new LiveFault(code === 'network' ? connectionLost : code, retry);
  }
}

const codeOf = (error: unknown): string =>
  error instanceof LiveFault || error instanceof ApiFault ? error.code : 'internal';

/** Connects and stays connected, inside or in the line; rejects with a LiveFault when the meeting refuses. */
async function enter(meeting: string, entry: Entry | undefined, ticket?: string): Promise<void> {
  room.start();
  void loadCall();
  await live.connect({
    meeting,
    ...(ticket === undefined ? {} : { ticket }),
    ...(entry === undefined ? {} : { enter: () => ticketFor(meeting, entry) }),
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
      void loadWaiting();
    }
  }, [at]);
  const over = useLive((state) => (state.phase === 'over' ? state.over : null));
  const waits = useLive((state) => state.waiting !== null);
  if (at === 'call' && over !== null) {
    setStep({ at: 'over', reason: over });
  }
  useEffect(() => {
    if (at === 'over') {
      room.stop();
      media.getState().stop();
    }
  }, [at]);

  const join = async (door: Door, entry: Entry): Promise<void> => {
    setStep({ at: 'preJoin', door, busy: true });
    try {
      const ticket = await ticketFor(id, entry);
      remember(id, { name: entry.name, watches: door.role === 'viewer' });
      await enter(id, entry, ticket);
      setStep({ at: 'call' });
    } catch (error) {
      const code = codeOf(error);
      if (mendable.test(code)) {
        room.stop();
        const refusal = { code, retry: error instanceof LiveFault ? error.retry : 0 };
        setStep({ at: 'preJoin', door: doorAfter(door, code), busy: false, refusal });
      } else {
        setStep({ at: 'over', reason: code, door });
      }
    }
  };

  switch (step.at) {
    case 'door':
    case 'returning':
      return <Loading back={step.at === 'returning'} />;
    case 'preJoin':
      return (
        <Frame organisation={step.door.organisation} bare>
          <PreJoin
            door={step.door}
            busy={step.busy}
            refusal={step.refusal}
            signIn={`/signin?from=${encodeURIComponent(`/m/${id}`)}`}
            onJoin={(entry) => void join(step.door, entry)}
          />
        </Frame>
      );
    case 'call':
      return (
        <Suspense fallback={<Loading back={false} />}>
          {waits ? <WaitingPage watches={remembered(id).watches === true} /> : <Call />}
        </Suspense>
      );
    case 'over':
      return <Over id={id} reason={step.reason} door={step.door} onStep={setStep} />;
  }
}

/** What a refusal tells of the door that it did not say before: somebody changed it meanwhile. */
function doorAfter(door: Door, code: string): Door {
  return {
    ...door,
    passcodeNeeded: door.passcodeNeeded || code.startsWith('passcode.'),
    accountRequired: door.accountRequired || code === 'account.required',
  };
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
          const reason = codeOf(error);
          if (reason.startsWith('invite.')) {
            // It opens nothing any more: the meeting's own link in this tab must not stumble over it.
            remember(id, { invite: undefined });
          }
          onStep({ at: 'over', reason });
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
    const { name, watches } = remembered(id);
    if (watches !== true) {
      media.getState().start();
    }
    enter(id, name === undefined ? undefined : { name, passcode: '' }).then(
      () => {
        if (current) {
          onStep({ at: 'call' });
        }
      },
      (error: unknown) => {
        if (current) {
          room.stop();
          // A seat that is gone is no ending: the door says what is possible now.
          onStep(askedAtDoor.test(codeOf(error)) ? { at: 'door' } : { at: 'over', reason: codeOf(error) });
        }
      },
    );
    return () => {
      current = false;
    };
  }, [id, active, onStep]);
}

function Loading({ back }: { readonly back: boolean }): React.JSX.Element {
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
  door,
  onStep,
}: {
  readonly id: string;
  readonly reason: string;
  readonly door: Door | undefined;
  readonly onStep: (step: Step) => void;
}): React.JSX.Element {
  const { meeting, waiting, overText } = useLive();
  const server = useServer();
  const known = meeting ?? waiting ?? door;
  const again = (): void => {
    // A seat that was opened elsewhere is still there and can be taken back.
    const seated = remembered(id).resume !== undefined;
    onStep({ at: seated ? 'returning' : 'door' });
  };
  return (
    <Ending
      reason={reason === 'left' && waiting !== null ? 'left_line' : reason}
      meetingName={known?.name}
      organisation={known?.organisation ?? server.data?.organisation}
      words={overText}
      onRejoin={again}
    />
  );
}
