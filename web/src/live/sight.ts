/** What the meeting's rules let this person see; the server holds back the rest. */
import type { Seat } from './protocol.gen';
import type { LiveState } from './state';

/** Whether everybody sees a person of this role and may write to them, whatever the policy says; see package access. */
export function runs(role: string): boolean {
  return role === 'owner' || role === 'moderator' || role === 'presenter';
}

/** Whether the camera of that seat reaches me: it may be kept for who runs the meeting. */
export function receivesCamera({ rights, seats, you }: LiveState, seat: string): boolean {
  const all = rights.has('seeCameras') && rights.has('seePeople');
  return all || seat === you || runs(seats[seat]?.role ?? '');
}

/** Somebody who joined so long ago has not just come but was hidden until now, ms. */
const recent = 30_000;

/** Whether a seat that appears is news, at `now` on this client's clock (unix ms). */
export function justJoined({ clockOffset }: LiveState, { joinedAt }: Seat, now: number): boolean {
  return joinedAt >= now + clockOffset - recent;
}
