/** The ways a meeting ends for a person, or never begins. */
export const endings = [
  'left',
  'removed',
  'ended',
  'over',
  'lost',
  'replaced',
  'not_found',
  'link',
  'locked',
  'full',
  'browser',
  'draining',
  'updated',
  'left_line',
  'denied',
  'banned',
  'revoked',
  'expired',
  'not_yet',
  'used_up',
] as const;

export type EndingKind = (typeof endings)[number];

const kinds: Partial<Record<string, EndingKind>> = {
  slow: 'lost',
  network: 'lost',
  'meeting.not_found': 'not_found',
  not_found: 'not_found',
  'invite.unknown': 'link',
  'meeting.ended': 'over',
  'meeting.locked': 'locked',
  'meeting.full': 'full',
  'seat.removed': 'removed',
  'server.draining': 'draining',
  'version.old': 'updated',
  'ban.you': 'banned',
  'invite.revoked': 'revoked',
  'invite.expired': 'expired',
  'invite.not_yet': 'not_yet',
  'invite.used_up': 'used_up',
  'pool.full': 'full',
};

/** endingOf reads the reason of the live channel's last message or a fault code; undefined when it is neither. */
export function endingOf(reason: string): EndingKind | undefined {
  return endings.find((kind) => kind === reason) ?? kinds[reason];
}

const final: ReadonlySet<EndingKind> = new Set([
  'removed',
  'not_found',
  'link',
  'browser',
  'updated',
  'ended',
  'banned',
  'revoked',
  'expired',
  'used_up',
] satisfies EndingKind[]);

/** mayComeBack says whether trying to enter again can work. */
export function mayComeBack(kind: EndingKind): boolean {
  return !final.has(kind);
}
