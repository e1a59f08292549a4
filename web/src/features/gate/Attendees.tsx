import { useOptimistic, useTransition } from 'react';
import type { Policy } from '@/api';
import { PolicyFields } from './PolicyFields';
import { useChange } from './queries';
import type { SectionProps } from './section';

/** What attendees may do from the beginning. Each switch takes effect at once. */
export function Attendees({ meeting }: SectionProps) {
  const save = useChange(meeting.id);
  const [shown, show] = useOptimistic(meeting.policy, (now: Policy, change: Partial<Policy>) => ({
    ...now,
    ...change,
  }));
  const [, start] = useTransition();
  return (
    <PolicyFields
      policy={shown}
      onChange={(policy) => {
        start(async () => {
          show(policy);
          await save({ policy });
        });
      }}
    />
  );
}
