import { describe, expect, it } from 'vitest';
import { most, moved, whole, zoomed } from './zoom';

const frame = { width: 1000, height: 600 };

describe('zoom', () => {
  it('never shows less than the whole', () => {
    expect(zoomed(whole, 0.5, frame)).toEqual(whole);
  });

  it('ends at a limit', () => {
    expect(zoomed(whole, 100, frame).scale).toBe(most);
  });

  it('keeps the point under the pointer in place', () => {
    const at = { x: 200, y: -100 };
    const view = zoomed(whole, 2, frame, at);
    // A point p of the picture is shown at p·scale + shift.
    expect({ x: at.x * view.scale + view.x, y: at.y * view.scale + view.y }).toEqual(at);
  });

  it('comes back to the middle', () => {
    const view = moved(zoomed(whole, 2, frame), 300, 100, frame);
    expect(zoomed(view, 0.1, frame)).toEqual(whole);
  });

  it('cannot be dragged off its frame', () => {
    expect(moved(zoomed(whole, 2, frame), 9999, -9999, frame)).toEqual({
      scale: 2,
      x: 500,
      y: -300,
    });
    expect(moved(whole, 50, 50, frame)).toEqual(whole);
  });
});
