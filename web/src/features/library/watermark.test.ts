import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { keepMark, placeAt } from './watermark';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
  document.body.replaceChildren();
});

it('stays inside the picture and never leaps within a region', () => {
  for (let second = 0; second < 600; second++) {
    const { x, y } = placeAt(second);
    for (const share of [x, y]) {
      expect(share).toBeGreaterThanOrEqual(20);
      expect(share).toBeLessThanOrEqual(80);
    }
    const next = placeAt(second + 1);
    if (second % 20 !== 19) expect(Math.hypot(next.x - x, next.y - y), `at ${second}`).toBeLessThan(6);
  }
});

it('is in every third of the picture over time', () => {
  const third = (share: number) => Math.floor((share - 20) / 20.001);
  const thirds = new Set<string>();
  for (let second = 0; second < 200; second++) {
    const { x, y } = placeAt(second);
    thirds.add(`${third(x)} ${third(y)}`);
  }
  expect(thirds.size).toBeGreaterThanOrEqual(8);
});

it('stands still within a region for those who want less motion', () => {
  expect(placeAt(0, true)).toEqual(placeAt(19, true));
  expect(placeAt(20, true)).not.toEqual(placeAt(0, true));
});

const marks = (box: HTMLElement) => [...box.querySelectorAll<HTMLElement>('.mark')];

it.each<[string, (mark: HTMLElement) => void]>([
  ['taken out', (mark) => mark.remove()],
  ['hidden by a style', (mark) => mark.style.setProperty('display', 'none')],
  ['hidden by an attribute', (mark) => mark.setAttribute('hidden', '')],
  ['given another text', (mark) => (mark.textContent = 'nobody')],
  ['stripped of its class', (mark) => (mark.className = '')],
  ['put elsewhere', (mark) => document.body.append(mark)],
])('is put back when it is %s', async (_, harm) => {
  const box = document.body.appendChild(document.createElement('div'));
  const end = keepMark(box, 'Ada Lovelace', 'mark');
  const [mark] = marks(box);
  expect(mark).toHaveTextContent('Ada Lovelace');
  expect(mark).toHaveAttribute('aria-hidden', 'true');
  if (mark) harm(mark);
  await vi.advanceTimersByTimeAsync(0); // observers are told after the script that changed something
  expect(marks(box)).toHaveLength(1);
  expect(marks(document.body)).toHaveLength(1);
  expect(marks(box)[0]).toHaveTextContent('Ada Lovelace');
  expect(marks(box)[0]).not.toHaveAttribute('hidden');
  end();
  expect(marks(document.body)).toHaveLength(0);
});

it('moves', () => {
  const box = document.body.appendChild(document.createElement('div'));
  const end = keepMark(box, 'Ada', 'mark');
  const before = marks(box)[0]?.style.left;
  vi.advanceTimersByTime(4000);
  expect(marks(box)[0]?.style.left).not.toBe(before);
  end();
});
