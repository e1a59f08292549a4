import type { ConsentEvidence } from '@/api/recordings';
import { gathered } from './gathered';

/** One person who was asked whether they may be recorded. */
export interface Consenter {
  readonly seat: string;
  /** As shown in the meeting; '' for who never agreed. */
  readonly name: string;
  /** Of the account; '' for guests. */
  readonly userName: string;
  /** What they answered last, or that they were asked when they never answered. */
  readonly last: ConsentEvidence;
  /** All that happened, oldest first. */
  readonly steps: readonly ConsentEvidence[];
}

/** consentersOf gathers answers, which are oldest first, by person; those with a name come first. */
export function consentersOf(list: readonly ConsentEvidence[]): Consenter[] {
  const people = gathered(list, ({ seat }) => seat).flatMap(([seat, steps]): Consenter[] => {
    // Who is asked anew after an answer has still answered.
    const last = steps.findLast(({ answer }) => answer !== 'asked') ?? steps.at(-1);
    if (!last) return [];
    const name = steps.findLast((step) => step.name !== '')?.name ?? '';
    const userName = steps.findLast((step) => step.userName !== '')?.userName ?? '';
    return [{ seat, name, userName, last, steps }];
  });
  return [...people.filter(({ name }) => name !== ''), ...people.filter(({ name }) => name === '')];
}
