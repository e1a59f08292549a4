import { expect, it } from 'vitest';
import { nameList } from './names';

it.each<[string[], string]>([
  [['Ada'], 'Ada'],
  [['Ada', 'Ben'], 'Ada and Ben'],
  [['Ada', 'Ben', 'Cy', 'Di'], 'Ada, Ben, Cy, and Di'],
  [['Ada', 'Ben', 'Cy', 'Di', 'Eva'], 'Ada, Ben, Cy, and 2 more'],
])('%j', (names, want) => {
  expect(nameList(names, (count) => `${count} more`)).toBe(want);
});
