/**
 * Where each tile goes: pure functions from a number of tiles and a size to
 * rectangles. Pixels throughout; tiles are 16:9 and 8 px apart.
 */

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Rect extends Size {
  readonly x: number;
  readonly y: number;
}

export const gap = 8;

const aspect = 16 / 9;

/** More faces than this on one page are no longer faces. */
const mostPerPage = 25;

/** Below this a name on a tile cannot be read. */
const leastTile: Size = { width: 144, height: 81 };

/** What the page buttons take of a strip's end, with the gap before it. */
const buttonRoom = 48;

/** Two tiles this close in width, as a ratio, look the same size. */
const nearlyLargest = 0.95;

/** The speaker's or the share's part of the stage; the rest is the strip. */
const mainShare = 0.8;

interface Division {
  readonly columns: number;
  readonly rows: number;
  readonly tile: Size;
}

/** The largest 16:9 tile that fits a cell. */
function fit(cell: Size): Size {
  const width = Math.max(0, Math.min(cell.width, cell.height * aspect));
  return { width: Math.floor(width), height: Math.floor(width / aspect) };
}

function divide(count: number, columns: number, area: Size): Division {
  const rows = Math.ceil(count / columns);
  const tile = fit({
    width: (area.width - gap * (columns - 1)) / columns,
    height: (area.height - gap * (rows - 1)) / rows,
  });
  return { columns, rows, tile };
}

/**
 * The division with the largest tiles; of equals the one with fewer columns, so
 * rows are full. On a wide stage people rather sit side by side: fewer rows win
 * where that costs next to nothing of the tiles' width.
 */
function bestDivision(count: number, area: Size): Division {
  const all = Array.from({ length: count }, (_, index) => divide(count, index + 1, area));
  const largest = Math.max(...all.map(({ tile }) => tile.width));
  const enough = area.width > area.height ? largest * nearlyLargest : largest;
  const [first, ...others] = all.filter(({ tile }) => tile.width >= enough);
  return others.reduce(
    (best, next) => (next.rows < best.rows ? next : best),
    first ?? divide(count, 1, area),
  );
}

/** Rectangles of count tiles in area, in reading order, the whole and a short last row centred. */
export function grid(count: number, area: Size): readonly Rect[] {
  if (count === 0) {
    return [];
  }
  const { columns, rows, tile } = bestDivision(count, area);
  const top = (area.height - rows * tile.height - (rows - 1) * gap) / 2;
  return Array.from({ length: count }, (_, index) => {
    const row = Math.floor(index / columns);
    const inRow = Math.min(columns, count - row * columns);
    const left = (area.width - inRow * tile.width - (inRow - 1) * gap) / 2;
    return {
      x: Math.round(left + (index % columns) * (tile.width + gap)),
      y: Math.round(top + row * (tile.height + gap)),
      ...tile,
    };
  });
}

/** How many tiles a page of the grid takes: at most 25, and none too small to read. */
export function gridCapacity(count: number, area: Size): number {
  for (let capacity = Math.min(count, mostPerPage); capacity > 1; capacity -= 1) {
    if (bestDivision(capacity, area).tile.width >= leastTile.width) {
      return capacity;
    }
  }
  return 1;
}

/** The grid's area when it has pages: the buttons stand below the tiles, not on a face. */
export function aboveButtons(area: Size): Size {
  return { width: area.width, height: Math.max(0, area.height - buttonRoom) };
}

/** The part of items on a page, and how many pages there are. Pages count from 0. */
export function page<T>(
  items: readonly T[],
  capacity: number,
  wanted: number,
): { readonly items: readonly T[]; readonly page: number; readonly pages: number } {
  const pages = Math.max(1, Math.ceil(items.length / Math.max(1, capacity)));
  const current = Math.min(Math.max(0, wanted), pages - 1);
  return { items: items.slice(current * capacity, (current + 1) * capacity), page: current, pages };
}

/** The stage cut into the large part and the strip. */
export interface Split {
  readonly main: Rect;
  readonly strip: Rect;
  /** The strip runs down the side of a wide stage, and along the bottom of a tall one. */
  readonly side: boolean;
  /** Tiles the strip takes at once. */
  readonly capacity: number;
}

/**
 * Cuts the stage for the speaker layout with `others` people beside the main one.
 *
 * @param swiped on a phone one swipes through the strip, and it needs no room for buttons
 */
export function split(others: number, area: Size, swiped = false): Split {
  if (others === 0) {
    return {
      main: { x: 0, y: 0, ...area },
      strip: { x: 0, y: 0, width: 0, height: 0 },
      side: true,
      capacity: 0,
    };
  }
  const side = area.width > area.height * 1.2;
  const cut = side ? splitSideways(area) : splitDownwards(area);
  return !swiped && others > cut.capacity ? withButtons(cut) : cut;
}

/** The same cut with fewer tiles, so that the buttons stand beside them and not on a face. */
function withButtons(cut: Split): Split {
  const tile = stripTile(cut);
  const [length, step] = cut.side
    ? [cut.strip.height, tile.height + gap]
    : [cut.strip.width, tile.width + gap];
  return { ...cut, capacity: Math.max(1, Math.floor((length - 2 * buttonRoom + gap) / step)) };
}

function stripTile({ strip, side }: Pick<Split, 'strip' | 'side'>): Size {
  return fit(
    side
      ? { width: strip.width, height: Number.POSITIVE_INFINITY }
      : { width: Number.POSITIVE_INFINITY, height: strip.height },
  );
}

function splitSideways(area: Size): Split {
  const width = Math.max(leastTile.width, Math.floor(area.width * (1 - mainShare)) - gap);
  const tile = fit({ width, height: Number.POSITIVE_INFINITY });
  return {
    main: { x: 0, y: 0, width: area.width - width - gap, height: area.height },
    strip: { x: area.width - width, y: 0, width, height: area.height },
    side: true,
    capacity: Math.max(1, Math.floor((area.height + gap) / (tile.height + gap))),
  };
}

function splitDownwards(area: Size): Split {
  const height = Math.min(
    Math.max(leastTile.height, Math.floor(area.height * (1 - mainShare)) - gap),
    // A narrow phone still shows two people and the beginning of a page beside them.
    Math.max(leastTile.height, Math.floor((area.width - gap) / 2 / aspect)),
  );
  const tile = fit({ width: Number.POSITIVE_INFINITY, height });
  return {
    main: { x: 0, y: 0, width: area.width, height: area.height - height - gap },
    strip: { x: 0, y: area.height - height, width: area.width, height },
    side: false,
    capacity: Math.max(1, Math.floor((area.width + gap) / (tile.width + gap))),
  };
}

/** Rectangles of count tiles in the strip, centred along it. */
export function stripTiles(count: number, { strip, side }: Split): readonly Rect[] {
  const tile = stripTile({ strip, side });
  const step = side ? tile.height + gap : tile.width + gap;
  const start = ((side ? strip.height : strip.width) - count * step + gap) / 2;
  return Array.from({ length: count }, (_, index) => {
    const along = Math.round(start + index * step);
    return side ? { x: strip.x, y: strip.y + along, ...tile } : { x: strip.x + along, y: strip.y, ...tile };
  });
}

/** My own tile above the others' pictures, in the corner where no name stands. */
export function corner(area: Size): Rect {
  const width = Math.round(Math.min(240, Math.max(112, area.width * 0.22)));
  const height = Math.round(width / aspect);
  return { x: area.width - width - gap * 2, y: area.height - height - gap * 2, width, height };
}

/** Moves rectangles into the part of the stage they were computed for. */
export function within(rects: readonly Rect[], { x, y }: Rect): readonly Rect[] {
  return rects.map((rect) => ({ ...rect, x: rect.x + x, y: rect.y + y }));
}
