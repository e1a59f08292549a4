import { type LiveState, runs } from '@/live';
import { everyone, type Recipient } from './outbox';

type Room = Pick<LiveState, 'rights' | 'seats' | 'order' | 'you'>;

/**
 * Whom I may write to, everyone first. Who runs the meeting can always be
 * written to, as the server allows it.
 */
export function recipients({ rights, seats, order, you }: Room): Recipient[] {
  const people = order.flatMap((id) => {
    const seat = seats[id];
    if (seat === undefined || id === you) return [];
    return rights.has('chatPrivate') || runs(seat.role) ? [{ to: id, toName: seat.name }] : [];
  });
  return rights.has('chat') ? [everyone, ...people] : people;
}
