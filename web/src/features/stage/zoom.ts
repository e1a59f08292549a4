/** How a shared screen is magnified: pure, in CSS pixels of its frame. */
import type { Size } from './layout';

export interface View {
  /** 1 shows the whole screen. */
  readonly scale: number;
  /** Shift of the picture's centre from the frame's. */
  readonly x: number;
  readonly y: number;
}

export const whole: View = { scale: 1, x: 0, y: 0 };

/** Beyond this there are only pixels to see. */
export const most = 5;

/** One press of a zoom button. */
export const step = 1.4;

const clamp = (value: number, limit: number): number => Math.min(limit, Math.max(-limit, value));

/** The view, with no more empty frame than there has to be. */
function bounded({ scale, x, y }: View, frame: Size): View {
  const within = Math.min(most, Math.max(1, scale));
  // + 0 turns -0 into 0, which tests and CSS would otherwise show.
  return {
    scale: within,
    x: clamp(x, (frame.width * (within - 1)) / 2) + 0,
    y: clamp(y, (frame.height * (within - 1)) / 2) + 0,
  };
}

/** Magnifies by factor; what is at the point (from the frame's centre) stays where it is. */
export function zoomed(
  view: View,
  factor: number,
  frame: Size,
  at: { readonly x: number; readonly y: number } = { x: 0, y: 0 },
): View {
  const scale = Math.min(most, Math.max(1, view.scale * factor));
  const ratio = scale / view.scale;
  return bounded({ scale, x: at.x - (at.x - view.x) * ratio, y: at.y - (at.y - view.y) * ratio }, frame);
}

/** Moves the picture by a drag or an arrow key. */
export function moved(view: View, dx: number, dy: number, frame: Size): View {
  return bounded({ ...view, x: view.x + dx, y: view.y + dy }, frame);
}
