/**
 * Which videos are looked at. What nobody looks at is not received: a tile off
 * the page asks for nothing, and after a short grace its subscription ends.
 */
import type { VideoSource } from './board';

/** Turning a page back and forth must not renegotiate each time, ms. */
const grace = 8000;

const keyOf = (seat: string, source: VideoSource): string => `${source}:${seat}`;

class Demand {
  readonly #looking = new Map<string, number>();
  readonly #ending = new Map<string, ReturnType<typeof setTimeout>>();
  /** Set by the session: something is wanted or no longer. */
  onChange: (seat: string) => void = () => undefined;

  wants(seat: string, source: VideoSource): boolean {
    const key = keyOf(seat, source);
    return this.#looking.has(key) || this.#ending.has(key);
  }

  /** Somebody looks; the returned function says that they stopped. */
  look(seat: string, source: VideoSource): () => void {
    const key = keyOf(seat, source);
    clearTimeout(this.#ending.get(key));
    this.#ending.delete(key);
    this.#looking.set(key, (this.#looking.get(key) ?? 0) + 1);
    this.onChange(seat);
    return () => {
      const left = (this.#looking.get(key) ?? 1) - 1;
      if (left > 0) {
        this.#looking.set(key, left);
        return;
      }
      this.#looking.delete(key);
      const timer = setTimeout(() => {
        this.#ending.delete(key);
        this.onChange(seat);
      }, grace);
      this.#ending.set(key, timer);
    };
  }
}

export const demand = new Demand();
