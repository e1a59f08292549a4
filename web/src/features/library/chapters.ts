/** Where a chapter begins, in seconds. */
export interface Chapter {
  readonly at: number;
  readonly title: string;
}

/** Enough for a place that was reached by going to a chapter to count as inside it. */
const near = 0.05;

/** chapterAt gives the index of the chapter that a place is in; -1 before the first. */
export function chapterAt(chapters: readonly Chapter[], at: number): number {
  return chapters.findLastIndex((chapter) => chapter.at <= at + near);
}

/** Going back within so many seconds of a chapter's beginning means the one before, as on every player. */
const again = 3;

/** neighbour gives where going one chapter on or back leads; undefined for nowhere. */
export function neighbour(chapters: readonly Chapter[], at: number, by: 1 | -1): number | undefined {
  if (by > 0) return chapters.find((chapter) => chapter.at > at + near)?.at;
  return chapters.findLast((chapter) => chapter.at <= at - again)?.at ?? chapters[0]?.at;
}
