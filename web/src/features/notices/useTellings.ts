import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { announce } from '@/a11y';
import { excerpt } from '@/features/chat/grouping';
import { handQueue, newlyRaised } from '@/features/hands/queue';
import { type Kind, kindOf } from '@/features/reactions/kinds';
import { tally } from '@/features/reactions/tally';
import { type ChatMessage, justJoined, live, type Seat, useLive } from '@/live';
import { Batch } from './batch';
import { nameList } from './names';

/** How long things are gathered before a screen reader hears of them, in ms. */
const gather = { people: 3000, hands: 1500, chat: 2000, reactions: 3000 };

/** A message longer than this is not read out whole, in characters. */
const readOut = 200;

function useOthers(): (count: number) => string {
  const { t } = useTranslation('people');
  return (count) => t('others', { count });
}

/** Tells who came and who went. */
export function useComings(): void {
  const { t } = useTranslation('people');
  const others = useOthers();
  useEffect(() => {
    const tell = (key: 'joined' | 'left') => (seats: readonly { name: string }[]) => {
      const names = nameList(
        seats.map(({ name }) => name),
        others,
      );
      announce(t(seats.length === 1 ? key : `${key}.several`, { names }));
    };
    const came = new Batch<Pick<Seat, 'id' | 'name'>>(gather.people, tell('joined'));
    const went = new Batch<Pick<Seat, 'id' | 'name'>>(gather.people, tell('left'));
    let before = useLive.getState().seats;
    const stops = [
      // The state already lacks the seat when "seat.left" comes, so the names are kept from before.
      useLive.subscribe((_, last) => {
        before = last.seats;
      }),
      live.on('seat.joined', (seat) => {
        // Whoever was hidden until now has been here for long: that is no coming. Machines are nobody.
        const state = useLive.getState();
        if (seat.id in state.seats && seat.id !== state.you && justJoined(state, seat, Date.now()))
          came.add(seat);
      }),
      live.on('seat.left', ({ seat, reason }) => {
        const name = before[seat]?.name;
        // Who came and went at once was never there to speak of.
        const stayed = came.remove((one) => one.id === seat) === 0;
        if (name !== undefined && stayed && reason !== 'hidden') went.add({ id: seat, name });
      }),
      () => came.drop(),
      () => went.drop(),
    ];
    return () => {
      for (const stop of stops) stop();
    };
  }, [t, others]);
}

/** Tells whose hands went up. */
export function useHandsTold(): void {
  const { t } = useTranslation('hands');
  const others = useOthers();
  useEffect(() => {
    const raised = new Batch<Pick<Seat, 'id' | 'name'>>(gather.hands, (seats) => {
      const names = seats.map(({ name }) => name);
      announce(
        seats.length === 1
          ? t('raised', { name: names[0] ?? '' })
          : t('raised.several', { names: nameList(names, others) }),
      );
    });
    const stop = useLive.subscribe((now, last) => {
      // A welcome brings hands that were up already: those are not news.
      if (now.seats === last.seats || last.phase !== 'open') return;
      for (const seat of newlyRaised(last.seats, Object.values(now.seats))) {
        if (seat.id !== now.you) raised.add(seat);
      }
      const up = new Set(handQueue(Object.values(now.seats)).map(({ id }) => id));
      raised.remove(({ id }) => !up.has(id));
    });
    return () => {
      stop();
      raised.drop();
    };
  }, [t, others]);
}

/** Tells what others wrote. */
export function useChatTold(): void {
  const { t } = useTranslation('chat');
  const others = useOthers();
  useEffect(() => {
    const written = new Batch<ChatMessage>(gather.chat, (messages) => {
      const [first] = messages;
      if (first === undefined) return;
      const names = [...new Set(messages.map(({ name }) => name))];
      announce(
        messages.length === 1
          ? t((first.to ?? '') === '' ? 'said' : 'said.private', {
              name: first.name,
              text: excerpt(first.text, readOut),
            })
          : t('said.several', { count: messages.length, names: nameList(names, others) }),
      );
    });
    const stops = [
      live.on('chat', (message) => {
        if (message.seat !== useLive.getState().you) written.add(message);
      }),
      live.on('chat.deleted', ({ message }) => written.remove(({ id }) => id === message)),
      () => written.drop(),
    ];
    return () => {
      for (const stop of stops) stop();
    };
  }, [t, others]);
}

/** Tells which reactions others showed, by kind. */
export function useReactionsTold(): void {
  const { t } = useTranslation('reactions');
  const others = useOthers();
  useEffect(() => {
    const shown = new Batch<{ kind: Kind; name: string }>(gather.reactions, (batch) => {
      for (const { kind, names } of tally(batch)) {
        announce(t('shown', { names: nameList(names, others), reaction: t(`kind.${kind}`) }));
      }
    });
    const stop = live.on('reaction', ({ seat, kind: name }) => {
      const { seats, you } = useLive.getState();
      const kind = kindOf(name);
      const sender = seats[seat];
      if (kind !== undefined && sender !== undefined && seat !== you) shown.add({ kind, name: sender.name });
    });
    return () => {
      stop();
      shown.drop();
    };
  }, [t, others]);
}
