/**
 * Speaks to screen readers through two live regions that are always in the
 * page. What arrives within a moment is read as one, so that ten people joining
 * at once are one announcement and not ten.
 */

export type Politeness = 'polite' | 'assertive';

/** Milliseconds that announcements are gathered; assertive ones wait just long enough to be noticed as a change. */
const gatherFor = { polite: 600, assertive: 60 };
/** At most this many sentences in one go: nobody can listen to more. */
const most = 8;

class Voice {
  private readonly waiting: string[] = [];
  private timer: ReturnType<typeof setTimeout> | undefined;
  /** In the page before anything is said: a region that comes with its text is often not read. */
  private readonly region: HTMLElement;

  constructor(private readonly politeness: Politeness) {
    this.region = document.createElement('div');
    this.region.id = `announcer-${politeness}`;
    this.region.className = 'visually-hidden';
    this.region.setAttribute('aria-live', politeness);
    // A modal dialog hides the rest of the page from screen readers; React Aria leaves this out of it.
    this.region.setAttribute('data-live-announcer', 'true');
    document.body.append(this.region);
  }

  say(text: string): void {
    if (this.waiting.at(-1) === text) return;
    this.waiting.push(text);
    if (this.waiting.length > most) this.waiting.shift();
    this.timer ??= setTimeout(() => this.speak(), gatherFor[this.politeness]);
  }

  private speak(): void {
    this.timer = undefined;
    const text = this.waiting
      .splice(0)
      .join('. ')
      .replaceAll(/([.?!…])\. /g, '$1 ');
    // The same text twice is no change and would stay silent: a space at the end makes it one.
    this.region.textContent = this.region.textContent === text ? `${text}\u00A0` : text;
  }
}

const voices = { polite: new Voice('polite'), assertive: new Voice('assertive') };

/** announce has a sentence read out: politely in a pause, assertively at once. */
export function announce(text: string, politeness: Politeness = 'polite'): void {
  voices[politeness].say(text);
}
