import { type Policy, runs, type Seat } from '@/live';
import { mayActOn, mayAssign, moderates, type Role, roleOf, roles } from './authority';

/** One entry of the menu of a person; `act.{it}` is its message key. */
export type PersonAction =
  | 'mute'
  | 'askUnmute'
  | 'stopCamera'
  | 'stopShare'
  | 'lowerHand'
  | 'spotlight'
  | 'unspotlight'
  | 'pin'
  | 'unpin'
  | 'write'
  | 'rename'
  | 'rights'
  | `role.${Role}`
  | 'stepDown'
  | 'consent'
  | 'remove';

/** What the menu of one person depends on. */
export interface Standing {
  readonly me: Pick<Seat, 'id' | 'role'>;
  readonly seat: Pick<Seat, 'id' | 'role' | 'hand' | 'sharing' | 'away' | 'exceptions'>;
  readonly rights: ReadonlySet<string>;
  readonly policy: Pick<Policy, 'microphone'>;
  readonly muted: boolean;
  readonly cameraOff: boolean;
  readonly pinned: boolean;
  readonly spotlit: boolean;
  /** How many owners are here. */
  readonly owners: number;
  /** The meeting is being recorded. */
  readonly recorded: boolean;
}

/** The menu in its sections, each only with what can be done now; empty ones are left out. */
export function personActions(standing: Standing): PersonAction[][] {
  return [media(standing), view(standing), person(standing), role(standing), leaving(standing)].filter(
    (section) => section.length > 0,
  );
}

function actable({ me, seat, rights }: Standing, right: string): boolean {
  return rights.has(right) && me.id !== seat.id && mayActOn(roleOf(me.role), roleOf(seat.role));
}

function media(standing: Standing): PersonAction[] {
  const { me, seat, rights, policy, muted, cameraOff } = standing;
  const actions: PersonAction[] = [];
  if (rights.has('mute') && me.id !== seat.id && !seat.away) {
    // Whoever may not speak is not asked to: it would be a trap.
    const { allow, deny } = seat.exceptions ?? { allow: [], deny: [] };
    const given = seat.role !== 'attendee' || policy.microphone || allow.includes('speak');
    const maySpeak = seat.role !== 'viewer' && given && !deny.includes('speak');
    if (!muted && actable(standing, 'mute')) actions.push('mute');
    if (muted && maySpeak) actions.push('askUnmute');
  }
  if (actable(standing, 'stopMedia')) {
    if (!cameraOff) actions.push('stopCamera');
    if (seat.sharing) actions.push('stopShare');
  }
  if (seat.hand > 0 && (seat.id === me.id || rights.has('lowerHands'))) actions.push('lowerHand');
  return actions;
}

// A viewer is never seen, so there is nothing to show large.
function view({ seat, rights, pinned, spotlit }: Standing): PersonAction[] {
  if (seat.role === 'viewer') return [];
  const actions: PersonAction[] = [pinned ? 'unpin' : 'pin'];
  if (rights.has('spotlight')) actions.push(spotlit ? 'unspotlight' : 'spotlight');
  return actions;
}

function person(standing: Standing): PersonAction[] {
  const { me, seat, rights, recorded } = standing;
  const actions: PersonAction[] = [];
  if (me.id === seat.id) {
    if (recorded) actions.push('consent');
    if (rights.has('rename') || rights.has('renameOthers')) actions.push('rename');
    return actions;
  }
  // Who runs the meeting can be written to even where people cannot write to each other.
  if (rights.has('chatPrivate') || runs(seat.role)) actions.push('write');
  if (actable(standing, 'renameOthers')) actions.push('rename');
  // The rules do not bind whoever moderates, so there is nothing to except them from.
  if (actable(standing, 'setPolicy') && !moderates(roleOf(seat.role))) actions.push('rights');
  return actions;
}

function role({ me, seat, rights, owners }: Standing): PersonAction[] {
  if (!rights.has('assignRoles')) return [];
  // The last owner stays one: the meeting must not be left without.
  if (me.id === seat.id) return me.role === 'owner' && owners < 2 ? [] : ['stepDown'];
  return roles
    .filter((to) => mayAssign(roleOf(me.role), roleOf(seat.role), to))
    .map((to): PersonAction => `role.${to}`);
}

function leaving(standing: Standing): PersonAction[] {
  return actable(standing, 'remove') ? ['remove'] : [];
}
