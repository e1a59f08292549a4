/** Carries actions out and shows how they stand; the same for buttons, menus and keys. */
import i18next from 'i18next';
import { useRef, useSyncExternalStore } from 'react';
import { useTranslation } from 'react-i18next';
import { announce } from '@/a11y';
import { faultText } from '@/i18n';
import { LiveFault, useLive } from '@/live';
import { media } from '@/media';
import { useRoom } from '@/room';
import { toast } from '@/ui';
import { type Action, type ActionState, actionContext, type MessageKey } from './action';
import { useCall } from './store';

/** Namespaces in which actions keep their words. */
const namespaces = ['bar', 'call', 'common', 'moderation', 'shortcuts', 'preferences', 'recording'] as const;

type Words = (key: MessageKey, values?: Readonly<Record<string, string | number>>) => string;

/** Puts message keys that are data into words, outside of components. */
const wordsNow = i18next.t as unknown as Words;

/** Puts message keys that are data into words, and follows the language. */
export function useWords(): Words {
  const { t } = useTranslation([...namespaces]);
  return t;
}

/** Runs the action if it can be run now; otherwise says why not. */
export async function perform(action: Action): Promise<void> {
  const before = actionContext();
  const { hidden, why } = action.state(before);
  if (hidden === true) {
    return;
  }
  if (why !== undefined) {
    toast.show(wordsNow(why));
    return;
  }
  try {
    await action.run(before);
    const said = action.announcement?.(before);
    if (said !== undefined) {
      announce(wordsNow(said));
    }
  } catch (error) {
    const code = error instanceof LiveFault ? error.code : 'internal';
    toast.show(code === 'connection.lost' ? wordsNow('call:notConnected') : faultText(code), {
      tone: 'warning',
    });
  }
}

/** How an action stands, with what its button shows. */
export interface ActionView extends ActionState {
  readonly icon: ReturnType<Action['icon']>;
  readonly hint: MessageKey | undefined;
}

function view(action: Action): ActionView {
  const context = actionContext();
  return { ...action.state(context), icon: action.icon(context), hint: action.hint?.(context) };
}

function subscribe(listener: () => void): () => void {
  const stops = [
    useLive.subscribe(listener),
    media.subscribe(listener),
    useRoom.subscribe(listener),
    useCall.subscribe(listener),
  ];
  return () => {
    for (const stop of stops) {
      stop();
    }
  };
}

function same(a: ActionView, b: ActionView): boolean {
  return (
    a.hidden === b.hidden &&
    a.pressed === b.pressed &&
    a.why === b.why &&
    a.badge === b.badge &&
    a.calls === b.calls &&
    a.icon === b.icon &&
    a.hint === b.hint
  );
}

/** Follows actions; renders again only when something of one of them changed. */
export function useActions(actions: readonly Action[]): ReadonlyMap<Action, ActionView> {
  const last = useRef<ReadonlyMap<Action, ActionView>>(new Map());
  return useSyncExternalStore(subscribe, () => {
    let changed = last.current.size !== actions.length;
    const next = new Map<Action, ActionView>();
    for (const action of actions) {
      const now = view(action);
      const before = last.current.get(action);
      const unchanged = before !== undefined && same(before, now);
      next.set(action, unchanged ? before : now);
      changed ||= !unchanged;
    }
    if (changed) {
      last.current = next;
    }
    return last.current;
  });
}

/** Follows one action. */
export function useAction(action: Action): ActionView {
  const last = useRef<ActionView | null>(null);
  return useSyncExternalStore(subscribe, () => {
    const next = view(action);
    if (last.current === null || !same(last.current, next)) {
      last.current = next;
    }
    return last.current;
  });
}
