import type { Exceptions, Policy } from '@/live';
import { type Role, roleOf } from './authority';

// The client's copy of internal/access for what can be excepted, as authority.ts
// is for roles. The server decides.

/** Rights that a policy gives and that can be given to or taken from one person. */
export const excepted = [
  'speak',
  'camera',
  'share',
  'chat',
  'chatPrivate',
  'react',
  'raiseHand',
  'rename',
  'seePeople',
  'seeCameras',
] as const;
export type Excepted = (typeof excepted)[number];

/** The switch of the policy that decides about a right. */
export const switchOf = {
  speak: 'microphone',
  camera: 'camera',
  share: 'share',
  chat: 'chat',
  chatPrivate: 'chatPrivate',
  react: 'reactions',
  raiseHand: 'raiseHand',
  rename: 'rename',
  seePeople: 'seePeople',
  seeCameras: 'seeCameras',
} as const satisfies Record<Excepted, keyof Policy>;

/** How a right stands for one person: as for everyone, or by an exception. */
export type Standing = 'policy' | 'allow' | 'deny';

const publishing: ReadonlySet<Excepted> = new Set(['speak', 'camera', 'share']);

/** What can be excepted for a role: a voice and a picture make somebody more than a viewer. */
export function exceptable(role: string): readonly Excepted[] {
  return roleOf(role) === 'viewer' ? excepted.filter((right) => !publishing.has(right)) : excepted;
}

/** Whether the policy alone gives the right to somebody of this role. */
export function byPolicy(role: Role, right: Excepted, policy: Policy): boolean {
  // Presenters are bound by nothing but the reactions, which are off for everyone or for nobody.
  return (role === 'presenter' && right !== 'react') || policy[switchOf[right]];
}

export function standingOf(exceptions: Exceptions | undefined, right: Excepted): Standing {
  if (exceptions?.deny.includes(right) === true) return 'deny';
  return exceptions?.allow.includes(right) === true ? 'allow' : 'policy';
}

/** The exceptions with one right standing otherwise. */
export function withStanding(
  exceptions: Exceptions | undefined,
  right: Excepted,
  standing: Standing,
): Exceptions {
  const others = (list: readonly string[] | undefined) => (list ?? []).filter((each) => each !== right);
  const allow = others(exceptions?.allow);
  const deny = others(exceptions?.deny);
  if (standing === 'allow') allow.push(right);
  if (standing === 'deny') deny.push(right);
  return { allow, deny };
}
