import { byRole, roleOf } from './authority';

/** What the list of people needs to know of a seat. */
export interface Listed {
  readonly id: string;
  readonly name: string;
  readonly role: string;
  readonly joinedAt: number;
}

const folded = new Map<string, string>();

// Marks are dropped so that "Zoe" finds "Zoë". Names repeat while typing, so
// the folded form is kept; 1,000 names are twice the largest meeting.
function fold(text: string): string {
  const known = folded.get(text);
  if (known !== undefined) return known;
  const plain = text.normalize('NFKD').replace(/\p{M}/gu, '').toLocaleLowerCase();
  if (folded.size >= 1000) folded.clear();
  folded.set(text, plain);
  return plain;
}

/** Whether each word of the search is found in the name, however it is accented. */
export function matches(name: string, search: string): boolean {
  const within = fold(name);
  return fold(search)
    .split(/\s+/u)
    .every((word) => within.includes(word));
}

/**
 * The order of the list: oneself first, then by role, then by name, then by
 * time of joining. `collator` compares as the reader's language does.
 */
export function roster<S extends Listed>(
  seats: Iterable<S>,
  you: string,
  search: string,
  collator: Intl.Collator,
): S[] {
  return [...seats]
    .filter((seat) => matches(seat.name, search.trim()))
    .sort((a, b) => {
      if (a.id === you || b.id === you) return a.id === you ? -1 : 1;
      return (
        byRole(roleOf(a.role), roleOf(b.role)) || collator.compare(a.name, b.name) || a.joinedAt - b.joinedAt
      );
    });
}
