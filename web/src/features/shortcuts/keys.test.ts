import { expect, it } from 'vitest';
import { keyLabel } from './keys';

it.each([
  ['m', { character: 'M' }],
  ['?', { character: '?' }],
  [' ', { name: 'space' }],
  ['Space', { name: 'space' }],
  ['KeyB', { character: 'B' }],
  ['Digit3', { character: '3' }],
  ['ControlRight', { name: 'control' }],
  ['F8', { character: 'F8' }],
])('%j', (key, want) => {
  expect(keyLabel(key)).toEqual(want);
});
