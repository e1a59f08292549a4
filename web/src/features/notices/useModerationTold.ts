import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { announce } from '@/a11y';
import { moderates, type Role, roleOf } from '@/features/people/authority';
import { switchOf } from '@/features/people/rights';
import { live, type LiveState, useLive } from '@/live';
import { toast } from '@/ui';

/** Rights whose coming and going a person is told of, because a button changes with them. */
const told = ['speak', 'camera', 'share', 'chat', 'raiseHand', 'seePeople', 'seeCameras'] as const;

/** A new role and its rights come as two messages: they are looked at together, after so many ms. */
const settle = 250;

function roleIn({ seats, you }: LiveState): Role | undefined {
  const seat = seats[you];
  return seat && roleOf(seat.role);
}

/**
 * Whoever gets the right to admit is told how the door stands: the first word of
 * each kind is no change that anybody made.
 */
class DoorNews {
  #admits = false;
  readonly #first = new Set<string>();

  constructor() {
    this.welcomed();
  }

  welcomed(): void {
    this.#admits = useLive.getState().rights.has('admit');
    this.#first.clear();
  }

  given(rights: readonly string[]): void {
    const admits = rights.includes('admit');
    if (admits && !this.#admits) this.#first.add('lobby').add('passcode');
    else if (!admits) this.#first.clear();
    this.#admits = admits;
  }

  isNews(kind: 'lobby' | 'passcode'): boolean {
    return !this.#first.delete(kind);
  }
}

/** Tells what moderators did that concerns this person. */
export function useModerationTold(): void {
  const { t } = useTranslation('moderation');
  useEffect(() => {
    const nameOf = (seat: string) => useLive.getState().seats[seat]?.name ?? t('someone');
    let before: LiveState | undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const door = new DoorNews();
    const compare = () => {
      const now = useLive.getState();
      const last = before;
      before = timer = undefined;
      const role = roleIn(now);
      if (last === undefined || role === undefined || now.you !== last.you) return;
      if (role !== roleIn(last)) {
        toast.show(t(`role.${role}`), { tone: moderates(role) ? 'success' : 'info' });
        // The rights that came or went with the role need no sentence of their own.
        return;
      }
      for (const right of told) {
        const may = now.rights.has(right);
        if (may === last.rights.has(right)) continue;
        // A rule for everyone is told as one; an exception concerns this person alone.
        const rule = last.policy[switchOf[right]] !== now.policy[switchOf[right]];
        const key = may
          ? (`gained.${right}` as const)
          : rule
            ? (`lost.${right}` as const)
            : (`taken.${right}` as const);
        toast.show(t(key), { tone: may ? 'info' : 'warning' });
      }
    };
    const stops = [
      live.on('muted', ({ by }) => {
        toast.show(t('muted', { name: nameOf(by) }));
      }),
      live.on('stopped', ({ what, by }) => {
        toast.show(t(what === 'camera' ? 'stopped.camera' : 'stopped.share', { name: nameOf(by) }));
      }),
      live.on('locked', ({ locked, by }) => {
        const { you, rights } = useLive.getState();
        if (by !== you && rights.has('lock'))
          announce(t(locked ? 'locked.by' : 'unlocked.by', { name: nameOf(by) }));
      }),
      live.on('welcome', () => door.welcomed()),
      live.on('rights', ({ names }) => door.given(names)),
      live.on('passcode', ({ set, by }) => {
        if (door.isNews('passcode') && by !== useLive.getState().you)
          announce(t(set ? 'passcode.by' : 'passcode.removedBy', { name: nameOf(by) }));
      }),
      live.on('lobby', ({ by }) => {
        if (door.isNews('lobby') && by !== useLive.getState().you)
          announce(t('lobby.by', { name: nameOf(by) }));
      }),
      useLive.subscribe((now, last) => {
        // The first welcome says what one may do; that is no news.
        if (last.you === '' || now.you !== last.you) return;
        const { rights, policy } = last;
        if (roleIn(now) === roleIn(last) && now.rights === rights && now.policy === policy) return;
        before ??= last;
        timer ??= setTimeout(compare, settle);
      }),
      () => clearTimeout(timer),
    ];
    return () => {
      for (const stop of stops) stop();
    };
  }, [t]);
}
