/**
 * Collects what happens within a short while and hands it over as one, so that
 * ten people coming are told in one sentence.
 */
export class Batch<T> {
  #items: T[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #wait: number;
  readonly #tell: (items: readonly T[]) => void;

  /**
   * @param wait ms from the first item to the telling
   * @param tell gets the items in their order, never none
   */
  constructor(wait: number, tell: (items: readonly T[]) => void) {
    this.#wait = wait;
    this.#tell = tell;
  }

  add(item: T): void {
    this.#items.push(item);
    this.#timer ??= setTimeout(() => {
      const items = this.#items;
      this.drop();
      if (items.length > 0) this.#tell(items);
    }, this.#wait);
  }

  /** Takes items back that are no longer worth telling. How many there were. */
  remove(which: (item: T) => boolean): number {
    const before = this.#items.length;
    this.#items = this.#items.filter((item) => !which(item));
    return before - this.#items.length;
  }

  /** Forgets everything, as when the call ends. */
  drop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#items = [];
  }
}
