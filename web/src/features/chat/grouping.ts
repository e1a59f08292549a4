/** What grouping needs to know of a message. */
interface Sent {
  readonly id: string;
  readonly seat: string;
  readonly name: string;
  /** Seat id of the only other reader; left out or '' for everyone. */
  readonly to?: string;
  /** Unix ms. */
  readonly at: number;
}

/** Messages one person sent one after the other to the same readers within the same minute. */
export interface Group<M extends Sent> {
  /** The first message's id. */
  readonly id: string;
  readonly seat: string;
  readonly name: string;
  readonly at: number;
  readonly messages: readonly M[];
}

const minute = 60_000;

/** Groups messages (oldest first) by sender, reader and minute, in their order. */
export function grouped<M extends Sent>(messages: readonly M[]): Group<M>[] {
  const groups: { first: M; messages: M[] }[] = [];
  for (const message of messages) {
    const last = groups.at(-1);
    const belongs =
      last !== undefined &&
      last.first.seat === message.seat &&
      last.first.name === message.name &&
      (last.first.to ?? '') === (message.to ?? '') &&
      Math.floor(last.first.at / minute) === Math.floor(message.at / minute);
    if (belongs) last.messages.push(message);
    else groups.push({ first: message, messages: [message] });
  }
  return groups.map(({ first, messages: of }) => ({
    id: first.id,
    seat: first.seat,
    name: first.name,
    at: first.at,
    messages: of,
  }));
}

/** The server's limit for one message, in characters (Unicode code points). */
export const longest = 4000;

/** From how many characters left the composer shows a counter. */
export const counterFrom = 400;

/** Counts as the server does: code points, not UTF-16 units. */
export function characters(text: string): number {
  return Array.from(text).length;
}

/** The first characters of a text that is too long to be listened to. */
export function excerpt(text: string, most: number): string {
  const all = Array.from(text);
  return all.length <= most ? text : `${all.slice(0, most).join('')}…`;
}
