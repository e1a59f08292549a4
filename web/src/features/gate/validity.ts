import type { Invite } from '@/api';

/** How a personal link stands: `open` lets somebody in now. */
export type Validity = 'open' | 'not_yet' | 'expired' | 'used_up' | 'revoked';

/** The state of an invite at `now` (unix ms), as the server would judge it. */
export function stateOf(
  {
    revoked,
    maxUses,
    uses,
    notBefore,
    expiresAt,
  }: Pick<Invite, 'revoked' | 'maxUses' | 'uses' | 'notBefore' | 'expiresAt'>,
  now: number,
): Validity {
  if (revoked) return 'revoked';
  if (maxUses > 0 && uses >= maxUses) return 'used_up';
  if (notBefore !== null && Date.parse(notBefore) > now) return 'not_yet';
  return expiresAt !== null && Date.parse(expiresAt) <= now ? 'expired' : 'open';
}
