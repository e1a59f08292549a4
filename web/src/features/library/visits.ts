import type { RecordingUse } from '@/api/recordings';
import { gathered } from './gathered';

/** What one person did with a recording on one day. */
export interface Visit {
  readonly id: string;
  readonly who: RecordingUse['who'];
  readonly viewed: number;
  readonly downloaded: number;
  /** Each time, newest first; at least one. */
  readonly uses: readonly RecordingUse[];
}

export interface VisitedDay {
  /** A moment of the day. */
  readonly at: string;
  readonly visits: readonly Visit[];
}

/** visitedDaysOf gathers views and downloads, which are newest first, by day and person. */
export function visitedDaysOf(list: readonly RecordingUse[]): VisitedDay[] {
  return gathered(list, ({ at }) => new Date(at).toDateString()).flatMap(([, uses]) =>
    uses[0] ? [{ at: uses[0].at, visits: visitsOf(uses) }] : [],
  );
}

function visitsOf(list: readonly RecordingUse[]): Visit[] {
  return gathered(list, ({ who }) => `${who.kind} ${who.id}`).flatMap(([id, uses]) => {
    const [first] = uses;
    if (!first) return [];
    const viewed = uses.filter(({ what }) => what === 'viewed').length;
    return [{ id, who: first.who, viewed, downloaded: uses.length - viewed, uses }];
  });
}
