/**
 * The live channel's connection: one WebSocket at a time, opened again by
 * itself until the server or the person ends it. It knows messages, not what
 * they mean for the room; see state.ts for that.
 */
import { connectionLost, LiveFault } from './fault';
import type { Bye, Commands, Hello } from './protocol.gen';
import { Version } from './protocol.gen';
import type { ServerMessage } from './state';

/** Times in ms. The server keeps a seat for 60 s after its socket was lost, 12 s after a tab was closed. */
export const timing = {
  ping: 5000,
  /** Without a word from the server for so long, the connection counts as lost. */
  dead: 12_000,
  /** After the browser woke up or changed networks, the server has so long to answer. */
  probe: 3000,
  firstRetry: 500,
  lastRetry: 5000,
};

/** The way in: a fresh ticket from the gate or the resume secret of an earlier welcome. */
export type Entry = { ticket: string } | { resume: string };

/** What the channel tells its owner. */
export interface Listener {
  /** Every message but answers to commands and pongs of a stale socket. */
  message(message: ServerMessage): void;
  /** The connection was lost; the channel is coming back by itself. */
  lost(): void;
  /** It is over for good: a reason of Bye or a fault code, and what was written with it. */
  over(reason: string, text: string): void;
}

/** Needed from the outside, so that tests need no network. */
export interface Surroundings {
  open(): WebSocket;
  /** 0 ≤ x < 1 */
  random(): number;
}

/** A body may be left out where it is empty. */
export type BodyOf<K extends keyof Commands> = keyof Commands[K] extends never
  ? [body?: Commands[K]]
  : [body: Commands[K]];

interface Waiting {
  resolve: () => void;
  reject: (fault: LiveFault) => void;
}

/** The close code that says "I am coming back": the server then keeps the seat as after a loss. */
const givenUp = 4000;

/** Codes after which the same hello may succeed later. */
const passing = new Set(['server.draining', 'rate.limited', 'internal']);

/** Reasons of Bye after which the seat is still there. */
const comingBack = new Set(['draining', 'slow']);

export class Channel {
  #socket: WebSocket | null = null;
  #open = false;
  #ended = false;
  /** A new ticket was asked for since the last welcome; a second one would fare no better. */
  #entered = false;
  #ref = 0;
  #helloRef = 0;
  #attempt = 0;
  #heard = 0;
  readonly #waiting = new Map<number, Waiting>();
  #pingTimer: ReturnType<typeof setInterval> | undefined;
  #retryTimer: ReturnType<typeof setTimeout> | undefined;
  #probeTimer: ReturnType<typeof setTimeout> | undefined;

  /**
   * @param entry how to come in first; afterwards the resume of each welcome or waiting is used
   * @param enter asks the gate for a new ticket once the resume secret is worth
   *   nothing any more; may reject with a LiveFault, which ends the channel
   */
  constructor(
    private entry: Entry,
    private readonly enter: (() => Promise<string>) | undefined,
    private readonly listener: Listener,
    private readonly surroundings: Surroundings,
  ) {}

  /** Opens the first socket and listens to the browser's own signs of a cut. */
  start(): void {
    addEventListener('online', this.#retryNow);
    addEventListener('offline', this.#probe);
    document.addEventListener('visibilitychange', this.#woken);
    this.#dial();
  }

  /** Sends a command; resolves on "ok", rejects with a LiveFault otherwise. */
  send<K extends keyof Commands>(type: K, ...[body]: BodyOf<K>): Promise<void> {
    return new Promise((resolve, reject) => {
      if (!this.#open) {
        reject(new LiveFault(connectionLost));
        return;
      }
      const ref = this.#write(type, body);
      this.#waiting.set(ref, { resolve, reject });
    });
  }

  /** Gives the seat up, without waiting for the server's goodbye. */
  leave(): void {
    if (this.#open) {
      this.#write('leave', {});
    }
    this.#end('left');
  }

  #dial(): void {
    clearTimeout(this.#retryTimer);
    const socket = this.surroundings.open();
    this.#socket = socket;
    this.#heard = Date.now();
    socket.onopen = () => {
      const hello: Hello = { version: Version, ...this.entry };
      this.#helloRef = this.#write('hello', hello);
    };
    socket.onmessage = (event: MessageEvent<string>) => {
      this.#heard = Date.now();
      clearTimeout(this.#probeTimer);
      this.#receive(parse(event.data));
    };
    socket.onclose = () => {
      this.#cut();
    };
    clearInterval(this.#pingTimer);
    this.#pingTimer = setInterval(() => {
      this.#beat();
    }, timing.ping);
  }

  #beat(): void {
    if (Date.now() - this.#heard >= timing.dead) {
      this.#cut();
    } else if (this.#open) {
      this.#write('ping', {});
    }
  }

  #write(type: keyof Commands, body: unknown): number {
    this.#ref += 1;
    this.#socket?.send(JSON.stringify({ type, ref: this.#ref, body: body ?? {} }));
    return this.#ref;
  }

  #receive(message: ServerMessage | null): void {
    if (message === null) {
      return;
    }
    switch (message.type) {
      case 'ok':
        this.#settle(message.ref)?.resolve();
        return;
      case 'refused':
        if (message.ref === this.#helloRef) {
          this.#helloRefused(message.body.code, message.body.retry ?? 0);
        } else {
          this.#settle(message.ref)?.reject(new LiveFault(message.body.code, message.body.retry ?? 0));
        }
        return;
      case 'pong':
        this.#settle(message.ref)?.resolve();
        break;
      case 'welcome':
      case 'waiting':
        this.entry = { resume: message.body.resume };
        this.#attempt = 0;
        this.#entered = false;
        this.#open = true;
        break;
      case 'resume':
        this.entry = message.body;
        break;
      case 'bye':
        this.#goodbye(message.body);
        return;
      default:
    }
    this.listener.message(message);
  }

  #settle(ref: number | undefined): Waiting | undefined {
    if (ref === undefined) {
      return undefined;
    }
    const waiting = this.#waiting.get(ref);
    this.#waiting.delete(ref);
    return waiting;
  }

  #helloRefused(code: string, retry: number): void {
    const stale = code === 'resume.invalid' || code === 'ticket.invalid';
    if (stale && this.enter !== undefined && !this.#entered) {
      this.#entered = true;
      this.#hangUp();
      this.enter().then(
        (ticket) => {
          if (!this.#ended) {
            this.entry = { ticket };
            this.#dial();
          }
        },
        (error: unknown) => {
          this.#refusedAtDoor(error);
        },
      );
      return;
    }
    if (passing.has(code) || retry > 0) {
      this.#cut(retry * 1000);
      return;
    }
    this.#end(code);
  }

  /** A refusal at the door is final; a door out of reach is not. */
  #refusedAtDoor(error: unknown): void {
    if (this.#ended) {
      return;
    }
    if (error instanceof LiveFault && !passing.has(error.code) && error.code !== connectionLost) {
      this.#end(error.code);
      return;
    }
    this.#later(0);
  }

  #goodbye(bye: Bye): void {
    if (comingBack.has(bye.reason)) {
      this.#cut((bye.retry ?? 0) * 1000);
    } else {
      this.#end(bye.reason, bye.text);
    }
  }

  #hangUp(code?: number): void {
    const socket = this.#socket;
    this.#socket = null;
    this.#open = false;
    clearInterval(this.#pingTimer);
    clearTimeout(this.#probeTimer);
    if (socket !== null) {
      socket.onopen = socket.onmessage = socket.onclose = null;
      socket.close(...(code === undefined ? [] : [code]));
    }
    for (const waiting of this.#waiting.values()) {
      waiting.reject(new LiveFault(connectionLost));
    }
    this.#waiting.clear();
  }

  /** @param atLeast ms the server asked to be left alone */
  #cut(atLeast = 0): void {
    if (this.#ended) {
      return;
    }
    this.#hangUp(givenUp);
    this.listener.lost();
    this.#later(atLeast);
  }

  /** Spreads the clients of a restarted server: each waits 50 to 100 % of its step. */
  #later(atLeast: number): void {
    const step = Math.min(timing.firstRetry * 2 ** this.#attempt, timing.lastRetry);
    this.#attempt += 1;
    const wait = atLeast + step * (0.5 + this.surroundings.random() / 2);
    clearTimeout(this.#retryTimer);
    this.#retryTimer = setTimeout(() => {
      this.#dial();
    }, wait);
  }

  readonly #retryNow = (): void => {
    if (this.#socket === null && this.#retryTimer !== undefined && !this.#ended) {
      this.#attempt = 0;
      this.#dial();
    } else {
      this.#probe();
    }
  };

  /** Asks for a sign of life at once instead of waiting for the next ping. */
  readonly #probe = (): void => {
    if (!this.#open) {
      return;
    }
    this.#write('ping', {});
    clearTimeout(this.#probeTimer);
    this.#probeTimer = setTimeout(() => {
      this.#cut();
    }, timing.probe);
  };

  readonly #woken = (): void => {
    if (document.visibilityState === 'visible') {
      this.#retryNow();
    }
  };

  #end(reason: string, text = ''): void {
    if (this.#ended) {
      return;
    }
    this.#ended = true;
    this.#hangUp();
    clearTimeout(this.#retryTimer);
    removeEventListener('online', this.#retryNow);
    removeEventListener('offline', this.#probe);
    document.removeEventListener('visibilitychange', this.#woken);
    this.listener.over(reason, text);
  }
}

/** Our own server is trusted for the shape of a body; anything that is no envelope is dropped. */
function parse(text: string): ServerMessage | null {
  const value: unknown = JSON.parse(text);
  if (typeof value !== 'object' || value === null || !('type' in value)) {
    return null;
  }
  return { body: {}, ...value } as ServerMessage;
}
