/**
 * What a tab remembers of a meeting so that a reload comes back to the same
 * seat. sessionStorage dies with the tab and is never sent anywhere.
 */

/** Kept per meeting and tab. */
export interface Remembered {
  resume?: string;
  /** The name given at the door, for a new ticket when the resume secret is refused. */
  name?: string;
  /** The invite of the link, taken out of the address bar. */
  invite?: string;
  /** Somebody who only watches: a reload asks for no camera. */
  watches?: boolean;
}

const key = (meeting: string): string => `plenum.meeting.${meeting}`;

/** What this tab remembers of the meeting; empty if nothing or storage is closed. */
export function remembered(meeting: string): Remembered {
  try {
    const value: unknown = JSON.parse(sessionStorage.getItem(key(meeting)) ?? '{}');
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}

/** Adds to what is remembered; undefined forgets a field. */
export function remember(
  meeting: string,
  change: { [K in keyof Remembered]: Remembered[K] | undefined },
): void {
  try {
    sessionStorage.setItem(key(meeting), JSON.stringify({ ...remembered(meeting), ...change }));
  } catch {
    // Storage may be closed to us (private windows, full disk): a reload then asks for the name again.
  }
}
