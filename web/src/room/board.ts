/**
 * What is known of each seat's media, apart from React and from LiveKit: the
 * session writes, the hooks read. A seat's entry is replaced, never changed,
 * so that useSyncExternalStore can compare by identity.
 */

/** A video that a `<video>` element can show. */
export interface Attachable {
  attach(element: HTMLVideoElement): unknown;
  detach(element: HTMLVideoElement): unknown;
}

export type VideoSource = 'camera' | 'screen';

/** A picture that is being sent, whether or not we receive it yet. */
export interface Picture {
  /** Null while nobody looks, or until the first packet. */
  readonly video: Attachable | null;
  /** The server holds it back because our network cannot carry it. */
  readonly paused: boolean;
}

export type Quality = 'unknown' | 'good' | 'poor' | 'lost';

export interface SeatMedia {
  readonly camera: Picture | null;
  readonly screen: Picture | null;
  /** `none`: this seat sends no sound at all. */
  readonly microphone: 'none' | 'muted' | 'on';
  readonly quality: Quality;
}

export const nothing: SeatMedia = {
  camera: null,
  screen: null,
  microphone: 'none',
  quality: 'unknown',
};

type Listener = () => void;

class Board {
  #seats = new Map<string, SeatMedia>();
  #speakers: readonly string[] = [];
  readonly #seatListeners = new Map<string, Set<Listener>>();
  readonly #speakerListeners = new Set<Listener>();

  seat(id: string): SeatMedia {
    return this.#seats.get(id) ?? nothing;
  }

  /** Seats heard at the moment, loudest first; may include me. */
  get speakers(): readonly string[] {
    return this.#speakers;
  }

  put(id: string, media: SeatMedia): void {
    if (same(this.seat(id), media)) {
      return;
    }
    this.#seats.set(id, media);
    this.#tell(id);
  }

  drop(id: string): void {
    if (this.#seats.delete(id)) {
      this.#tell(id);
    }
  }

  setSpeakers(speakers: readonly string[]): void {
    if (speakers.join() === this.#speakers.join()) {
      return;
    }
    this.#speakers = speakers;
    for (const listener of this.#speakerListeners) {
      listener();
    }
  }

  /** Drops every seat that is not among those. */
  keep(ids: ReadonlySet<string>): void {
    for (const id of [...this.#seats.keys()]) {
      if (!ids.has(id)) {
        this.drop(id);
      }
    }
  }

  /** The connection is gone: what was shown stays shown, but nothing plays. */
  freeze(): void {
    this.setSpeakers([]);
    for (const [id, media] of [...this.#seats]) {
      this.put(id, {
        ...media,
        camera: media.camera === null ? null : { video: null, paused: false },
        screen: media.screen === null ? null : { video: null, paused: false },
        quality: 'unknown',
      });
    }
  }

  onSeat(id: string, listener: Listener): () => void {
    const set = this.#seatListeners.get(id) ?? new Set();
    this.#seatListeners.set(id, set.add(listener));
    return () => {
      set.delete(listener);
      if (set.size === 0) {
        this.#seatListeners.delete(id);
      }
    };
  }

  readonly onSpeakers = (listener: Listener): (() => void) => {
    this.#speakerListeners.add(listener);
    return () => {
      this.#speakerListeners.delete(listener);
    };
  };

  #tell(id: string): void {
    for (const listener of this.#seatListeners.get(id) ?? []) {
      listener();
    }
  }
}

function samePicture(a: Picture | null, b: Picture | null): boolean {
  return a?.video === b?.video && a?.paused === b?.paused;
}

function same(a: SeatMedia, b: SeatMedia): boolean {
  return (
    samePicture(a.camera, b.camera) &&
    samePicture(a.screen, b.screen) &&
    a.microphone === b.microphone &&
    a.quality === b.quality
  );
}

/** The one board of this page. */
export const board = new Board();
