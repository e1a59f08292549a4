/** The ways a meeting ends for a person, or never begins. */
export const endings = [
  'left',
  'removed',
  'ended',
  'lost',
  'replaced',
  'not_found',
  'link',
  'locked',
  'full',
  'browser',
  'draining',
  'updated',
] as const;

export type EndingKind = (typeof endings)[number];

const kinds: Partial<Record<string, EndingKind>> = {
  slow: 'lost',
  network: 'lost',
  'meeting.not_found': 'not_found',
  not_found: 'not_found',
  'invite.unknown': 'link',
  'meeting.ended': 'ended',
  'meeting.locked': 'locked',
  'meeting.full': 'full',
  'seat.removed': 'removed',
  'server.draining': 'draining',
  'version.old': 'updated',
};

/** endingOf reads the reason of the live channel's last message or a fault code; undefined when it is neither. */
export function endingOf(reason: string): EndingKind | undefined {
  return endings.find((kind) => kind === reason) ?? kinds[reason];
}

/** mayComeBack says whether trying to enter again can work. */
export function mayComeBack(kind: EndingKind): boolean {
  return (
    kind !== 'removed' &&
    kind !== 'not_found' &&
    kind !== 'link' &&
    kind !== 'browser' &&
    kind !== 'updated' &&
    kind !== 'ended'
  );
}
