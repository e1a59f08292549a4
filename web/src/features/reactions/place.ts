/** Side by side so many rise at the lower left. */
const lanes = 3;

/** How far apart, in CSS pixels. */
const laneWidth = 112;

/** How far reactions of one person stray from the middle of their tile, as parts of its width. */
const strays = [0, -0.14, 0.12, -0.06, 0.18];

/**
 * Puts a reaction where it begins to rise: over the sender's tile, whose name
 * says who it is, or at the lower left with the name written under it.
 */
export function place(
  element: HTMLElement,
  { id, seat }: { readonly id: number; readonly seat: string },
): void {
  const overlay = element.parentElement?.getBoundingClientRect();
  const tile = element
    .closest('main')
    ?.querySelector(`[data-seat="${CSS.escape(seat)}"]`)
    ?.getBoundingClientRect();
  if (overlay === undefined) return;
  if (tile === undefined || tile.width === 0) {
    put(element, (id % lanes) * laneWidth + laneWidth / 2 + 16, overlay.height - 16, overlay.height * 0.4);
    return;
  }
  element.dataset['over'] = 'tile';
  const stray = strays[id % strays.length] ?? 0;
  put(
    element,
    tile.left - overlay.left + tile.width * (0.5 + stray),
    tile.bottom - overlay.top - Math.min(40, tile.height * 0.2),
    tile.height * 0.55,
  );
}

/** Five seconds are the life of a reaction in the live store. */
const life = 5000;

/** x is the middle, y the lower edge, both in the overlay; it rises by `rise`. CSS pixels. */
function put(element: HTMLElement, x: number, y: number, rise: number): void {
  element.style.left = `${Math.round(x)}px`;
  element.style.top = `${Math.round(y)}px`;
  const at = (share: number, scale: number) =>
    `translate(-50%, -100%) translateY(${Math.round(-rise * share)}px) scale(${scale})`;
  element.animate(
    [
      { opacity: 0, transform: at(0, 0.5) },
      { offset: 0.06, opacity: 1, transform: at(0.02, 1.15) },
      { offset: 0.12, opacity: 1, transform: at(0.2, 1) },
      { offset: 0.75, opacity: 1, transform: at(0.85, 1) },
      { opacity: 0, transform: at(1, 1) },
    ],
    { duration: life, fill: 'both', easing: 'ease-out' },
  );
}
