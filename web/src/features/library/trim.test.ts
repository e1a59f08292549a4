import { expect, it } from 'vitest';
import { isWhole, removed, withFrom, withTo } from './trim';

const length = 100;
const whole = { from: 0, to: length };

it('keeps the beginning before the end and inside the video', () => {
  expect(withFrom(whole, 12.34)).toEqual({ from: 12.3, to: 100 });
  expect(withFrom(whole, -5).from).toBe(0);
  expect(withFrom({ from: 0, to: 10 }, 50)).toEqual({ from: 9, to: 10 });
});

it('keeps the end after the beginning and inside the video', () => {
  expect(withTo(whole, 50, length)).toEqual({ from: 0, to: 50 });
  expect(withTo(whole, 500, length).to).toBe(100);
  expect(withTo({ from: 20, to: 100 }, 5, length)).toEqual({ from: 20, to: 21 });
});

it('says what is cut off', () => {
  expect(removed({ from: 10, to: 70 }, length)).toEqual({ before: 10, after: 30, kept: 60 });
  expect(isWhole(whole, length)).toBe(true);
  expect(isWhole({ from: 0, to: 99.98 }, length)).toBe(true);
  expect(isWhole({ from: 0.1, to: 100 }, length)).toBe(false);
});
