import type { Meeting } from '@/api';

/** The parts of a meeting's settings, in the order of the overview. */
export const sections = [
  'general',
  'access',
  'links',
  'roles',
  'policy',
  'recording',
  'pin',
  'bans',
] as const;
export type Section = (typeof sections)[number];

export interface SectionProps {
  meeting: Meeting;
}

/** Switches of the policy that are off. */
export function switchedOff({ policy }: Meeting): number {
  return Object.values(policy).filter((on) => on === false).length;
}
