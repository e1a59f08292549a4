import { describe, expect, it } from 'vitest';
import { chapterAt, neighbour } from './chapters';
import { commandOf, nextSpeed, playerKeys } from './keys';

describe('the keys', () => {
  it.each([
    [' ', { do: 'toggle' }],
    ['K', { do: 'toggle' }],
    ['j', { do: 'skip', by: -10 }],
    ['ArrowRight', { do: 'skip', by: 5 }],
    ['>', { do: 'speed', by: 1 }],
    ['7', { do: 'goTo', share: 0.7 }],
    ['End', { do: 'goTo', share: 1 }],
  ])('%s', (key, command) => {
    expect(commandOf(key)).toEqual(command);
  });

  it.each(['x', 'Enter', 'Tab', 'F5', 'constructor', '¹'])('%s is none', (key) => {
    expect(commandOf(key)).toBeUndefined();
  });

  it('that are listed are the keys that work', () => {
    const names: Record<string, string> = {
      Space: ' ',
      '←': 'ArrowLeft',
      '→': 'ArrowRight',
      '↑': 'ArrowUp',
      '↓': 'ArrowDown',
      '0–9': '3',
      'Page up': 'PageUp',
      'Page down': 'PageDown',
    };
    for (const key of playerKeys.flatMap(({ keys }) => keys)) {
      expect(commandOf(names[key] ?? key), key).toBeDefined();
    }
  });

  it('go through the speeds and stop at the ends', () => {
    expect(nextSpeed(1, 1)).toBe(1.25);
    expect(nextSpeed(1, -1)).toBe(0.75);
    expect(nextSpeed(2, 1)).toBe(2);
    expect(nextSpeed(0.5, -1)).toBe(0.5);
  });
});

describe('chapters', () => {
  const chapters = [
    { at: 0, title: 'Opening' },
    { at: 60, title: 'Budget' },
    { at: 300, title: 'Questions' },
  ];

  it.each([
    [0, 0],
    [59, 0],
    [60, 1],
    [9999, 2],
  ])('the place %s is in chapter %s', (at, index) => {
    expect(chapterAt(chapters, at)).toBe(index);
  });

  it.each([
    [0, 1, 60],
    [60, 1, 300],
    [300, 1, undefined],
    [61, -1, 0], // just begun: the one before
    [70, -1, 60],
    [1, -1, 0],
  ] as const)('from %s by %s leads to %s', (at, by, to) => {
    expect(neighbour(chapters, at, by)).toBe(to);
  });

  it('are none where there are none', () => {
    expect(chapterAt([], 5)).toBe(-1);
    expect(neighbour([], 5, -1)).toBeUndefined();
  });
});
