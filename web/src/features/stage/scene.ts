/**
 * What the stage shows: from the people, their shares and what everybody has
 * chosen to the tiles and their places. Pure, so that every rule has a test.
 */
import {
  aboveButtons,
  corner,
  grid,
  gridCapacity,
  page as pageOf,
  type Rect,
  type Size,
  split,
  stripTiles,
  within,
} from './layout';

/** One person who may be seen. Viewers are not among them. */
export interface Person {
  readonly seat: string;
  readonly sharing: boolean;
  /** Connection lost, the seat is kept. */
  readonly away: boolean;
}

/** What decides the scene. */
export interface Wishes {
  readonly people: readonly Person[];
  readonly you: string;
  readonly layout: 'grid' | 'speaker';
  /** Seats I pinned, most recent last. */
  readonly pinned: readonly string[];
  /** Seat shown large for everyone, '' for none. */
  readonly spotlight: string;
  /** Seat shown because it speaks, '' for none. */
  readonly speaker: string;
  /** Whether a share takes the stage; otherwise it is a tile among others. */
  readonly showShare: boolean;
  /** The share brought forward by me, '' for the newest. */
  readonly share: string;
  readonly hideSelf: boolean;
  /** Page of the grid or the strip, from 0. */
  readonly page: number;
  /** On a phone a tall stage is filled by one picture instead of a wide strip of it. */
  readonly phone: boolean;
}

export type Place = 'grid' | 'main' | 'strip' | 'corner';

/** One picture on the stage. A person who shares has two: themselves and the screen. */
export interface Tile {
  /** Stable as long as the picture is the same, so that the video goes on playing. */
  readonly key: string;
  readonly seat: string;
  readonly source: 'camera' | 'screen';
  readonly place: Place;
  readonly rect: Rect;
}

export interface Scene {
  readonly tiles: readonly Tile[];
  readonly page: number;
  readonly pages: number;
  /** Where the strip is, for its page buttons; null without one. */
  readonly strip: { readonly rect: Rect; readonly side: boolean } | null;
  /** The seat or share that is large; null in the grid. */
  readonly focus: Subject | null;
}

export interface Subject {
  readonly seat: string;
  readonly source: Tile['source'];
}

const camera = (seat: string): Subject => ({ seat, source: 'camera' });
const screen = (seat: string): Subject => ({ seat, source: 'screen' });

/** More pinned pictures than this leave none of them large. */
const mostPinned = 4;

/** Up to this many people, my own picture waits in a corner. */
const cornerUpTo = 3;

/** Pin for me, then spotlight for all, then a share, then who speaks. */
export function subjects(wishes: Wishes): readonly Subject[] {
  const { people, you } = wishes;
  const here = new Set(people.map((person) => person.seat));
  const pinned = wishes.pinned.filter((seat) => here.has(seat)).slice(-mostPinned);
  if (pinned.length > 0) {
    return pinned.map(camera);
  }
  if (here.has(wishes.spotlight)) {
    return [camera(wishes.spotlight)];
  }
  // My own screen within my own screen is a hall of mirrors: it is large only when I ask for it.
  const sharing = people.filter((person) => person.sharing);
  const share =
    sharing.find((person) => person.seat === wishes.share) ??
    sharing.findLast((person) => person.seat !== you);
  if (share !== undefined && wishes.showShare) {
    return [screen(share.seat)];
  }
  if (wishes.layout === 'grid') {
    return [];
  }
  const speaker = here.has(wishes.speaker) ? wishes.speaker : undefined;
  const others = people.filter((person) => person.seat !== you);
  const main = speaker ?? (others.find((person) => !person.away) ?? others[0] ?? people[0])?.seat;
  return main === undefined ? [] : [camera(main)];
}

const keyOf = ({ seat, source }: Subject): string => `${source}:${seat}`;

function placed(list: readonly Subject[], rects: readonly Rect[], place: Place): readonly Tile[] {
  return list.flatMap((subject, index) => {
    const rect = rects[index];
    return rect === undefined ? [] : [{ key: keyOf(subject), ...subject, place, rect }];
  });
}

/** The tiles of the stage and where they stand. */
export function scene(wishes: Wishes, area: Size): Scene {
  const main = subjects(wishes);
  return main.length === 0 ? gridScene(wishes, area) : focusScene(wishes, main, area);
}

function shownPeople({ people, you, hideSelf }: Wishes): readonly Person[] {
  return hideSelf && people.length > 1 ? people.filter((person) => person.seat !== you) : people;
}

function shares({ people }: Wishes): readonly Subject[] {
  return people.filter((person) => person.sharing).map((person) => screen(person.seat));
}

function gridScene(wishes: Wishes, area: Size): Scene {
  const shown = shownPeople(wishes);
  const selfShown = shown.some((person) => person.seat === wishes.you);
  const inCorner = selfShown && shown.length > 1 && shown.length <= cornerUpTo;
  const faces = inCorner ? shown.filter((person) => person.seat !== wishes.you) : shown;
  const seated = [...shares(wishes), ...faces.map((person) => camera(person.seat))];
  const all = gridCapacity(seated.length, area);
  const paged = all < seated.length;
  const room = paged ? aboveButtons(area) : area;
  const capacity = paged ? gridCapacity(seated.length, room) : all;
  const { items, page, pages } = pageOf(seated, capacity, wishes.page);
  // A last page keeps the tile size of the full ones, so that turning pages resizes nobody.
  const rects = grid(pages > 1 ? capacity : items.length, room);
  const alone = wishes.phone && items.length === 1 ? [{ x: 0, y: 0, ...area }] : rects;
  const own = inCorner ? placed([camera(wishes.you)], [corner(area)], 'corner') : [];
  return {
    tiles: [...placed(items, alone, 'grid'), ...own],
    page,
    pages,
    strip: null,
    focus: null,
  };
}

function focusScene(wishes: Wishes, main: readonly Subject[], area: Size): Scene {
  const large = new Set(main.map(keyOf));
  const rest = [...shares(wishes), ...shownPeople(wishes).map((person) => camera(person.seat))].filter(
    (subject) => !large.has(keyOf(subject)),
  );
  const onlyMe = rest.length === 1 && rest[0]?.seat === wishes.you && rest[0].source === 'camera';
  const floats = onlyMe && main[0]?.source === 'camera';
  const strip = floats ? [] : rest;
  const cut = split(strip.length, area, wishes.phone);
  const { items, page, pages } = pageOf(strip, Math.max(1, cut.capacity), wishes.page);
  const mainRects = mainPlaces(main, cut.main, wishes.phone);
  return {
    tiles: [
      ...placed(main, mainRects, 'main'),
      ...placed(items, stripTiles(pages > 1 ? cut.capacity : items.length, cut), 'strip'),
      ...(floats ? placed(rest, [corner(area)], 'corner') : []),
    ],
    page,
    pages,
    strip: strip.length > 0 ? { rect: cut.strip, side: cut.side } : null,
    focus: main[0] ?? null,
  };
}

/** A share and a phone's one picture take all there is; people keep the shape of their picture. */
function mainPlaces(main: readonly Subject[], area: Rect, phone: boolean): readonly Rect[] {
  const fills = main.length === 1 && (phone || main[0]?.source === 'screen');
  return fills ? [area] : within(grid(main.length, area), area);
}
