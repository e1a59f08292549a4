import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Batch } from './batch';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

it('tells once what came within the time, in order', () => {
  const told: string[][] = [];
  const batch = new Batch<string>(1000, (items) => told.push([...items]));
  batch.add('a');
  vi.advanceTimersByTime(900);
  batch.add('b');
  vi.advanceTimersByTime(100);
  batch.add('c');
  vi.advanceTimersByTime(1000);
  expect(told).toEqual([['a', 'b'], ['c']]);
});

it('tells nothing that was taken back or dropped', () => {
  const tell = vi.fn();
  const batch = new Batch<string>(1000, tell);
  batch.add('a');
  batch.remove((item) => item === 'a');
  vi.advanceTimersByTime(1000);
  batch.add('b');
  batch.drop();
  vi.advanceTimersByTime(5000);
  expect(tell).not.toHaveBeenCalled();
});
