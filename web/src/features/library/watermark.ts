/** Where the mark's centre is, in percent of the picture. */
export interface Place {
  readonly x: number;
  readonly y: number;
}

// It stays so far inside that the longest names are not cut off.
const low = 22;
const high = 78;

/** Seconds in one region before it goes on to another. */
const stay = 20;

/** The regions in an order in which neighbours are far apart. */
const regions = [
  [0.1, 0.15],
  [0.85, 0.8],
  [0.15, 0.85],
  [0.9, 0.1],
  [0.5, 0.5],
  [0.1, 0.5],
  [0.9, 0.45],
  [0.5, 0.1],
  [0.5, 0.9],
] as const;

/**
 * placeAt gives where the mark is after so many seconds: it drifts within a
 * region and goes from region to region, so that no corner can be cut off and no
 * time cut out to be rid of it. `still` is for people who want less motion: it
 * then stands, and changes place only with the region.
 */
export function placeAt(seconds: number, still = false): Place {
  const step = Math.floor(seconds / stay);
  const [x, y] = regions[step % regions.length] ?? regions[0];
  const turn = still ? 0 : ((seconds % stay) / stay) * 2 * Math.PI;
  const within = (share: number, drift: number) =>
    Math.min(high, Math.max(low, low + share * (high - low) + drift));
  return { x: within(x, 8 * Math.sin(turn)), y: within(y, 6 * (Math.cos(turn) - 1)) };
}

/**
 * keepMark shows a text over a picture, faint and moving, for as long as the
 * picture is shown; taken out of the page or hidden, it is put back. It is made
 * beside React, which would not notice. Returns what ends it.
 */
export function keepMark(box: HTMLElement, text: string, className: string): () => void {
  const still = window.matchMedia('(prefers-reduced-motion: reduce)').matches;
  let seconds = 0;
  let mark = document.createElement('div');

  const move = () => {
    const { x, y } = placeAt(seconds, still);
    mark.style.left = `${x.toFixed(2)}%`;
    mark.style.top = `${y.toFixed(2)}%`;
  };
  const isWhole = () =>
    mark.parentElement === box &&
    mark.textContent === text &&
    mark.className === className &&
    mark.attributes.length === 3 && // class, style, aria-hidden
    Array.from({ length: mark.style.length }, (_, index) => mark.style.item(index)).every(
      (name) => name === 'left' || name === 'top',
    );
  const put = () => {
    mark.remove();
    mark = document.createElement('div');
    mark.className = className;
    mark.setAttribute('aria-hidden', 'true'); // who watches knows their name
    mark.textContent = text;
    move();
    box.append(mark);
  };
  const guard = () => {
    if (!isWhole()) put();
  };

  put();
  const observer = new MutationObserver(guard);
  observer.observe(box, { childList: true, subtree: true, characterData: true, attributes: true });
  const timer = setInterval(() => {
    seconds += 1;
    move();
    guard();
  }, 1000);
  return () => {
    observer.disconnect();
    clearInterval(timer);
    mark.remove();
  };
}
