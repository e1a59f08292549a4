import { describe, expect, it } from 'vitest';
import { clock, daysLeft, lengthParts, parseClock } from './time';

describe('clock', () => {
  it.each([
    [0, '0:00'],
    [5.9, '0:05'],
    [65, '1:05'],
    [3599.9, '59:59'],
    [3600, '1:00:00'],
    [36_061, '10:01:01'],
    [-3, '0:00'],
  ])('%s is %s', (seconds, text) => {
    expect(clock(seconds)).toBe(text);
  });

  it('writes tenths so that they can be typed back', () => {
    for (const seconds of [0, 0.1, 59.9, 59.96, 60, 3725.4]) {
      expect(parseClock(clock(seconds, true))).toBeCloseTo(Math.round(seconds * 10) / 10, 5);
    }
    expect(clock(59.96, true)).toBe('0:01:00.0');
  });
});

describe('parseClock', () => {
  it.each([
    ['1:04:05.3', 3845.3],
    ['1:04:05,3', 3845.3],
    ['4:05', 245],
    ['90:00', 5400],
    ['45', 45],
    [' 0:00:00.0 ', 0],
    ['300', 300],
  ])('%s', (text, seconds) => {
    expect(parseClock(text)).toBeCloseTo(seconds, 5);
  });

  it.each(['', 'abc', '1:60', '1:60:00', '-1', '1:2:3:4', '1.2.3', ':30'])('%s is no time', (text) => {
    expect(parseClock(text)).toBeUndefined();
  });
});

it('takes a length apart for words', () => {
  expect(lengthParts(7325.4)).toEqual({ hours: 2, minutes: 2, seconds: 5 });
});

it.each([
  ['2026-03-12T23:59:00', '2026-03-12T00:01:00', 0],
  ['2026-03-13T00:01:00', '2026-03-12T23:59:00', 1],
  ['2026-03-18T08:00:00', '2026-03-12T20:00:00', 6],
  ['2026-03-10T08:00:00', '2026-03-12T20:00:00', 0],
  ['2026-03-30T12:00:00', '2026-03-28T12:00:00', 2], // summer time begins between them
])('counts the days until %s from %s', (at, now, days) => {
  expect(daysLeft(Date.parse(at), Date.parse(now))).toBe(days);
});
