import { describe, expect, it } from 'vitest';
import { gap, grid, gridCapacity, page, type Rect, split, stripTiles } from './layout';

const desktop = { width: 1264, height: 696 };
const phone = { width: 374, height: 660 };

function overlap(a: Rect, b: Rect): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

describe('grid', () => {
  it.each([
    [1, desktop, 1],
    [2, desktop, 2],
    [3, desktop, 2],
    [4, desktop, 2],
    [5, desktop, 3],
    [9, desktop, 3],
    [12, desktop, 4],
    [25, desktop, 5],
    [2, phone, 1],
    [3, phone, 1],
    [4, phone, 1],
    [8, phone, 2],
  ])('puts %i tiles on %o in %i columns', (count, area, columns) => {
    const rects = grid(count, area);
    expect(new Set(rects.slice(0, columns).map((rect) => rect.y)).size).toBe(1);
    expect(rects.filter((rect) => rect.y === rects[0]?.y)).toHaveLength(columns);
  });

  it('puts two side by side where one above the other is hardly larger', () => {
    const [left, right] = grid(2, { width: 1264, height: 728 });
    expect(right?.y).toBe(left?.y);
  });

  it.each([1, 2, 3, 5, 7, 9, 16, 25])('keeps %i tiles apart, inside and 16:9', (count) => {
    for (const area of [desktop, phone, { width: 320, height: 200 }]) {
      const rects = grid(count, area);
      for (const [index, rect] of rects.entries()) {
        expect(rect.x).toBeGreaterThanOrEqual(0);
        expect(rect.y).toBeGreaterThanOrEqual(0);
        expect(rect.x + rect.width).toBeLessThanOrEqual(area.width + 1);
        expect(rect.y + rect.height).toBeLessThanOrEqual(area.height + 1);
        expect(Math.abs(rect.width / rect.height - 16 / 9)).toBeLessThan(0.05);
        expect(rects.slice(index + 1).some((other) => overlap(rect, other))).toBe(false);
      }
    }
  });

  it('never makes tiles larger by adding people', () => {
    const widths = Array.from({ length: 25 }, (_, n) => grid(n + 1, desktop)[0]?.width ?? 0);
    expect(widths).toEqual(widths.toSorted((a, b) => b - a));
  });
});

describe('gridCapacity', () => {
  it.each([
    [3, desktop, 3],
    [26, desktop, 25],
    [500, desktop, 25],
    [26, phone, 14],
    [26, { width: 320, height: 150 }, 2],
    [5, { width: 100, height: 50 }, 1],
  ])('lets %i people on %o show %i at once', (count, area, capacity) => {
    expect(gridCapacity(count, area)).toBe(capacity);
  });
});

describe('page', () => {
  it('cuts a list and stays within it', () => {
    expect(page([1, 2, 3, 4, 5], 2, 1)).toEqual({ items: [3, 4], page: 1, pages: 3 });
    expect(page([1, 2, 3], 2, 9)).toEqual({ items: [3], page: 1, pages: 2 });
    expect(page([], 4, 2)).toEqual({ items: [], page: 0, pages: 1 });
  });
});

describe('split', () => {
  it('gives everything to one alone', () => {
    expect(split(0, desktop).main).toEqual({ x: 0, y: 0, ...desktop });
  });

  it('gives four fifths to the main picture of a wide stage', () => {
    const cut = split(3, desktop);
    expect(cut.side).toBe(true);
    expect(cut.main.width / desktop.width).toBeCloseTo(0.8, 2);
    expect(cut.main.width + gap + cut.strip.width).toBe(desktop.width);
  });

  it('puts the strip below on a phone', () => {
    const cut = split(3, phone, true);
    expect(cut.side).toBe(false);
    expect(cut.main.height + gap + cut.strip.height).toBe(phone.height);
    expect(cut.capacity).toBe(2);
  });

  it('leaves room for the page buttons where one does not swipe', () => {
    for (const area of [desktop, { width: 900, height: 800 }]) {
      const all = split(3, area);
      const many = split(30, area);
      const tiles = stripTiles(many.capacity, many);
      const [first, last] = [tiles[0], tiles.at(-1)];
      expect(many.capacity).toBeLessThanOrEqual(all.capacity);
      const start = many.side ? (first?.y ?? 0) : (first?.x ?? 0);
      const end = many.side
        ? area.height - (last?.y ?? 0) - (last?.height ?? 0)
        : area.width - (last?.x ?? 0) - (last?.width ?? 0);
      expect(Math.min(start, end)).toBeGreaterThanOrEqual(44);
    }
  });

  it.each([desktop, phone])('keeps strip tiles inside %o', (area) => {
    const cut = split(20, area);
    for (const rect of stripTiles(cut.capacity, cut)) {
      expect(rect.x).toBeGreaterThanOrEqual(cut.strip.x);
      expect(rect.y).toBeGreaterThanOrEqual(cut.strip.y);
      expect(rect.x + rect.width).toBeLessThanOrEqual(area.width);
      expect(rect.y + rect.height).toBeLessThanOrEqual(area.height);
    }
  });
});
