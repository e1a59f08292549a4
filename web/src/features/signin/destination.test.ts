import { expect, it } from 'vitest';
import { destination } from './destination';

it.each([
  ['', '/'],
  ['?from=%2Faccount', '/account'],
  ['?from=%2Fm%2Fabc%3Fx%3D1%23secret', '/m/abc?x=1#secret'],
  ['?from=%2F%2Fevil.example', '/'],
  ['?from=%2F%5Cevil.example', '/'],
  ['?from=%2F%09%2Fevil.example', '/'],
  ['?from=https%3A%2F%2Fevil.example', '/'],
  ['?from=javascript%3Aalert(1)', '/'],
  ['?from=%2Fsignin', '/'],
  ['?from=%2Fapi%2Fv1%2Flogo', '/'],
])('%s leads to %s', (search, path) => {
  expect(destination(search)).toBe(path);
});
