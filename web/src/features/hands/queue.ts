/** What the queue of raised hands needs to know of a seat. */
export interface Raised {
  readonly id: string;
  /** Unix ms when the hand went up, 0 while it is down. */
  readonly hand: number;
  readonly joinedAt: number;
}

/**
 * Everyone with a raised hand, the longest waiting first. Two hands of the same
 * millisecond keep the order of joining, then of the id, so that every client
 * shows the same queue.
 */
export function handQueue<S extends Raised>(seats: Iterable<S>): S[] {
  return [...seats]
    .filter((seat) => seat.hand > 0)
    .sort((a, b) => a.hand - b.hand || a.joinedAt - b.joinedAt || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
}

/**
 * Who raised a hand between two states: the ones that are worth announcing. A
 * hand that went down and up again is a new one.
 */
export function newlyRaised<S extends Raised>(
  before: Readonly<Record<string, Raised>>,
  after: Iterable<S>,
): S[] {
  return handQueue(after).filter((seat) => seat.hand !== (before[seat.id]?.hand ?? 0));
}
