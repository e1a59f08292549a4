/** The people and what they share. It decides what is shown from the room's state and my choices. */
import { useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { announce } from '@/a11y';
import { bringForward, chooseView, togglePin, useCall, type View, viewOf } from '@/features/call/store';
import { knocking } from '@/features/lobby/knocking';
import { type LiveState, useLive, useSomeHidden } from '@/live';
import { ChevronDown, ChevronLeft, ChevronRight, ChevronUp, IconButton, useIsPhone } from '@/ui';
import { Alone } from './Alone';
import { Sharing } from './Sharing';
import type { Size } from './layout';
import { type Person, type Scene, scene, type Tile as TileOf, type Wishes } from './scene';
import styles from './Stage.module.css';
import { Tile } from './Tile';
import { useSize } from './useSize';
import { useSpeaker } from './useSpeaker';
import { useSwipe } from './useSwipe';

/** Those who may be seen, in order of joining. */
function peopleOf(seats: LiveState['seats'], order: LiveState['order']): readonly Person[] {
  return order.flatMap((id) => {
    const seat = seats[id];
    return seat === undefined || seat.role === 'viewer'
      ? []
      : [{ seat: id, sharing: seat.sharing, away: seat.away }];
  });
}

function usePeople(): readonly Person[] {
  const seats = useLive((state) => state.seats);
  const order = useLive((state) => state.order);
  return useMemo(() => peopleOf(seats, order), [seats, order]);
}

/** A tap on a small picture brings it forward. */
function choose(tile: TileOf): void {
  if (tile.source === 'screen') {
    bringForward(tile.seat);
  } else {
    useCall.setState({ pinned: [] });
    togglePin(tile.seat);
  }
}

/** Order in the document is order of joining: a tile that changes places is never taken out and put back. */
function inOrder(tiles: readonly TileOf[], people: readonly Person[]): readonly TileOf[] {
  const place = new Map(people.map((person, index) => [person.seat, index]));
  return tiles.toSorted(
    (a, b) => (place.get(a.seat) ?? 0) - (place.get(b.seat) ?? 0) || a.source.localeCompare(b.source),
  );
}

export function Stage(): React.JSX.Element {
  const { t } = useTranslation('stage');
  const element = useRef<HTMLDivElement>(null);
  const size = useSize(element);
  const phone = useIsPhone();
  const people = usePeople();
  const swiped = phone && people.length > 1;
  const you = useLive((state) => state.you);
  const shared = people.some((person) => person.sharing && person.seat !== you);
  const views: readonly View[] = shared ? ['share', 'speaker', 'grid'] : ['speaker', 'grid'];
  return (
    <section className={styles['stage']} aria-label={t('stage')}>
      {swiped && <Views views={views} />}
      <div ref={element} className={styles['room']}>
        {size !== null && size.width > 0 && <Filled size={size} people={people} views={views} />}
      </div>
    </section>
  );
}

interface FilledProps {
  readonly size: Size;
  readonly people: readonly Person[];
  readonly views: readonly View[];
}

function Filled({ size, people, views }: FilledProps): React.JSX.Element {
  const phone = useIsPhone();
  const you = useLive((state) => state.you);
  const spotlight = useLive((state) => state.spotlight);
  const call = useCall();
  const speaker = useSpeaker();
  const [page, setPage] = useState(0);
  const { layout, pinned, share, showShare, hideSelf } = call;

  const shown = useMemo(() => {
    const wishes: Wishes = {
      people,
      you,
      layout,
      pinned,
      spotlight,
      speaker,
      share,
      showShare,
      hideSelf,
      page,
      phone,
    };
    return scene(wishes, size);
  }, [people, you, layout, pinned, spotlight, speaker, share, showShare, hideSelf, page, phone, size]);

  useNewShares(people, you);
  usePageKeys(shown, setPage);
  const view = viewOf(call, views.includes('share'));
  const swipe = useSwipe((direction, y) => {
    // In the strip one swipes to more people, above it to the next view.
    if (shown.strip !== null && y >= shown.strip.rect.y) {
      setPage(Math.min(shown.pages - 1, Math.max(0, shown.page + direction)));
      return;
    }
    const next = views[views.indexOf(view) + direction];
    if (next !== undefined) {
      chooseView(next);
    }
  });
  const resizing = useResizing(size);
  const hidden = useSomeHidden();
  const knocks = useLive((state) => knocking(state).length > 0);
  // Viewers have no tile, but they are somebody.
  const watched = useLive((state) => Object.keys(state.seats).length > 1);

  return (
    <div className={styles['tiles']} data-resizing={resizing ? '' : undefined} {...(phone ? swipe : {})}>
      {inOrder(shown.tiles, people).map((tile) => (
        <Tile key={tile.key} tile={tile} onChoose={tile.place === 'strip' ? choose : undefined} />
      ))}
      {people.length === 1 && !watched && !hidden && !knocks && <Alone />}
      <Sharing />
      {shown.pages > 1 && <Pages shown={shown} onTurn={setPage} />}
    </div>
  );
}

/** A share that begins takes the stage again, also for those who looked at the people. */
function useNewShares(people: readonly Person[], you: string): void {
  const before = useRef<ReadonlySet<string>>(new Set());
  useEffect(() => {
    const now = new Set(people.flatMap(({ seat, sharing }) => (sharing && seat !== you ? [seat] : [])));
    const added = [...now].some((seat) => !before.current.has(seat));
    before.current = now;
    if (added) {
      useCall.setState({ showShare: true, share: '' });
    }
  }, [people, you]);
}

/** Tiles glide when people come and go, but follow the window's edge at once. */
function useResizing(size: Size): boolean {
  const [settled, setSettled] = useState(size);
  useEffect(() => {
    const timer = setTimeout(() => {
      setSettled(size);
    }, 100);
    return () => {
      clearTimeout(timer);
    };
  }, [size]);
  return settled !== size;
}

/** Where arrow keys belong to what has the focus. */
const ownArrows =
  'input, textarea, select, [contenteditable], [role="separator"], [role="slider"], [role^="menu"], [role="listbox"], [role="tab"], [role="radio"], [role="dialog"]';

function usePageKeys({ page, pages }: Scene, turn: (page: number) => void): void {
  useEffect(() => {
    const key = (event: KeyboardEvent): void => {
      const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
      const inControl = event.target instanceof Element && event.target.closest(ownArrows) !== null;
      if (step === 0 || pages < 2 || inControl || event.defaultPrevented || event.altKey) {
        return;
      }
      event.preventDefault();
      turn(Math.min(pages - 1, Math.max(0, page + step)));
    };
    document.addEventListener('keydown', key);
    return () => {
      document.removeEventListener('keydown', key);
    };
  }, [page, pages, turn]);
}

function Pages({
  shown,
  onTurn,
}: {
  readonly shown: Scene;
  readonly onTurn: (page: number) => void;
}): React.JSX.Element {
  const { t } = useTranslation('stage');
  const { page, pages, strip } = shown;
  const side = strip?.side === true;
  const turn = (to: number): void => {
    onTurn(to);
    announce(t('page', { page: to + 1, pages }));
  };
  const phone = useIsPhone();
  if (strip !== null && phone) {
    return (
      <span className={styles['stripCount']} style={{ top: strip.rect.y }} data-numbers>
        {t('page', { page: page + 1, pages })}
      </span>
    );
  }
  const style =
    strip === null
      ? undefined
      : { left: strip.rect.x, top: strip.rect.y, width: strip.rect.width, height: strip.rect.height };
  return (
    <div
      className={styles['pages']}
      data-strip={strip === null ? undefined : side ? 'side' : 'below'}
      style={style}
    >
      <IconButton
        variant="secondary"
        label={t('page.previous')}
        icon={side ? <ChevronUp size={20} /> : <ChevronLeft size={20} />}
        isDisabled={page === 0}
        onPress={() => {
          turn(page - 1);
        }}
      />
      {strip === null && (
        <span className={styles['count']} data-numbers>
          {t('page', { page: page + 1, pages })}
        </span>
      )}
      <IconButton
        variant="secondary"
        label={t('page.next')}
        icon={side ? <ChevronDown size={20} /> : <ChevronRight size={20} />}
        isDisabled={page === pages - 1}
        onPress={() => {
          turn(page + 1);
        }}
      />
    </div>
  );
}

/** The dots of a phone: where one is among the views, and the way there without swiping. */
function Views({ views }: { readonly views: readonly View[] }): React.JSX.Element {
  const { t } = useTranslation('stage');
  const view = useCall((state) => viewOf(state, views.includes('share')));
  return (
    <div className={styles['views']} role="group" aria-label={t('views')}>
      {views.map((each) => (
        <button
          key={each}
          type="button"
          className={styles['dot']}
          aria-label={t(`view.${each}`)}
          aria-pressed={each === view}
          onClick={() => {
            chooseView(each);
          }}
        />
      ))}
    </div>
  );
}
