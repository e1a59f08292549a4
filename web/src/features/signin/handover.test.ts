import { expect, it } from 'vitest';
import { stepIn } from './handover';

const hashOf = (step: unknown) => `#step=${Buffer.from(JSON.stringify(step)).toString('base64url')}`;

it('reads the step that a provider’s sign-in hands over', () => {
  const step = { challenge: 'c', factor: ['totp', 'recovery'], options: { name: 'Zoë' } };
  expect(stepIn(hashOf(step))).toEqual(step);
});

it.each([
  '',
  '#',
  '#secret',
  '#step=',
  '#step=%%',
  hashOf(null),
  hashOf({ challenge: 1, factor: [] }),
  hashOf({ challenge: 'c', factor: ['magic'] }),
])('reads nothing from %s', (hash) => {
  expect(stepIn(hash)).toBeUndefined();
});
