import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { announce } from './announce';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const region = (name: string) => document.getElementById(`announcer-${name}`)?.textContent;

it('gathers what comes at once into one announcement', () => {
  announce('Ada joined');
  announce('Grace joined.');
  announce('Chat: hello');
  vi.advanceTimersByTime(700);
  expect(region('polite')).toBe('Ada joined. Grace joined. Chat: hello');
});

it('drops the oldest when nobody could listen to all', () => {
  for (let person = 1; person <= 20; person++) announce(`Person ${person} joined`);
  vi.advanceTimersByTime(700);
  expect(region('polite')).toMatch(/^Person 13 joined\. .*Person 20 joined$/);
});

it('speaks the urgent at once and apart', () => {
  announce('You are muted', 'assertive');
  vi.advanceTimersByTime(100);
  expect(region('assertive')).toBe('You are muted');
});

it('changes the text when the same is said again, so that it is read again', () => {
  announce('Link copied');
  vi.advanceTimersByTime(700);
  const first = region('polite');
  announce('Link copied');
  vi.advanceTimersByTime(700);
  expect(region('polite')).not.toBe(first);
  expect(region('polite')?.trim()).toBe('Link copied');
});
