import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { announce } from '@/a11y';
import { useCall } from '@/features/call/store';
import { attempt } from '@/features/notices/attempt';
import { Batch } from '@/features/notices/batch';
import { nameList } from '@/features/notices/names';
import { live, useLive, type Waiter } from '@/live';
import { toast } from '@/ui';
import { knocking } from './knocking';

/** How long knocks are gathered, ms: a class that comes at once is one message. */
const gather = 1000;

/** How long the message stays; the badge on "People" remains, ms. */
const shown = 15_000;

/**
 * Tells who moderates that somebody knocks: read out where the list is open,
 * otherwise a quiet message with the one thing to do about it.
 */
export function useLobbyTold(): void {
  const { t } = useTranslation(['lobby', 'people']);
  useEffect(() => {
    let close: (() => void) | undefined;
    const dismiss = () => {
      close?.();
      close = undefined;
    };
    const tell = (came: readonly Pick<Waiter, 'id' | 'name'>[]) => {
      const waiting = knocking(useLive.getState());
      const news = waiting.filter(({ id }) => came.some((one) => one.id === id));
      const [first] = waiting;
      if (news.length === 0 || first === undefined) return;
      if (useCall.getState().panel === 'people') {
        const names = nameList(
          news.map(({ name }) => name),
          (count) => t('people:others', { count }),
        );
        announce(news.length === 1 ? t('knocks', { name: names }) : t('knocks.several', { names }));
        return;
      }
      dismiss();
      close =
        waiting.length === 1
          ? toast.show(t('knocks', { name: first.name }), {
              timeout: shown,
              action: {
                label: t('admit'),
                onPress: () => void attempt(live.send('lobby.admit', { waiter: first.id })),
              },
            })
          : toast.show(t('knocks.count', { count: waiting.length }), {
              timeout: shown,
              action: {
                label: t('show'),
                onPress: () => useCall.setState({ panel: 'people', toWaiting: true }),
              },
            });
    };
    const batch = new Batch<Pick<Waiter, 'id' | 'name'>>(gather, tell);
    // Whoever comes to a door at which people stand already is told of them too.
    for (const waiter of knocking(useLive.getState())) batch.add(waiter);
    const stops = [
      live.on('welcome', () => {
        for (const waiter of knocking(useLive.getState())) batch.add(waiter);
      }),
      live.on('waiter.came', (waiter) => {
        if (waiter.reason === 'lobby') batch.add(waiter);
      }),
      live.on('waiter.gone', ({ waiter }) => {
        batch.remove(({ id }) => id === waiter);
        // What the message says is no longer so.
        dismiss();
      }),
      useCall.subscribe(({ panel }) => {
        if (panel === 'people') dismiss();
      }),
      () => batch.drop(),
      dismiss,
    ];
    return () => {
      for (const stop of stops) stop();
    };
  }, [t]);
}
