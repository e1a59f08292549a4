import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Channel, type Entry, type Listener, timing } from './channel';
import { LiveFault } from './fault';

/** A WebSocket that a test plays by hand. */
class FakeSocket {
  readonly sent: { type: string; ref: number; body: Record<string, unknown> }[] = [];
  closed = false;
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: (() => void) | null = null;

  send(text: string): void {
    this.sent.push(JSON.parse(text) as (typeof this.sent)[number]);
  }

  close(): void {
    this.closed = true;
  }

  receive(type: string, body: unknown = {}, ref?: number): void {
    this.onmessage?.({ data: JSON.stringify({ type, body, ...(ref === undefined ? {} : { ref }) }) });
  }

  /** Opens and answers hello as the server would. */
  welcome(resume: string): void {
    this.onopen?.();
    this.receive('welcome', { resume });
  }

  last(type: string): (typeof this.sent)[number] {
    const found = this.sent.findLast((each) => each.type === type);
    if (found === undefined) {
      throw new Error(`no ${type} was sent`);
    }
    return found;
  }
}

let sockets: FakeSocket[];
let channel: Channel;
const listener = { message: vi.fn(), lost: vi.fn(), over: vi.fn() } satisfies Listener;

function start(entry: Entry = { ticket: 't' }, enter?: () => Promise<string>): FakeSocket {
  channel = new Channel(entry, enter, listener, {
    open: () => {
      const socket = new FakeSocket();
      sockets.push(socket);
      return socket as unknown as WebSocket;
    },
    random: () => 1,
  });
  channel.start();
  return newest();
}

function newest(): FakeSocket {
  const socket = sockets.at(-1);
  if (socket === undefined) {
    throw new Error('no socket was opened');
  }
  return socket;
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.clearAllMocks();
  sockets = [];
});

afterEach(() => {
  channel.leave();
  vi.useRealTimers();
});

describe('Channel', () => {
  it('says hello with the ticket and then comes back with each new resume secret', () => {
    start().welcome('r1');
    expect(newest().last('hello').body).toEqual({ version: 1, ticket: 't' });
    newest().onclose?.();
    expect(listener.lost).toHaveBeenCalledOnce();
    vi.advanceTimersByTime(timing.firstRetry);
    newest().welcome('r2');
    expect(newest().last('hello').body).toEqual({ version: 1, resume: 'r1' });
    newest().onclose?.();
    vi.advanceTimersByTime(timing.firstRetry);
    newest().onopen?.();
    expect(newest().last('hello').body).toEqual({ version: 1, resume: 'r2' });
  });

  it('waits longer from try to try, but never longer than the last step', () => {
    start().welcome('r1');
    const waits = [500, 1000, 2000, 4000, 5000, 5000];
    for (const wait of waits) {
      newest().onclose?.();
      const before = sockets.length;
      vi.advanceTimersByTime(wait - 1);
      expect(sockets).toHaveLength(before);
      vi.advanceTimersByTime(1);
      expect(sockets).toHaveLength(before + 1);
    }
  });

  it('resolves a command on ok and rejects it with the code of a refusal', async () => {
    start().welcome('r');
    const first = channel.send('hand.raise');
    newest().receive('ok', {}, newest().last('hand.raise').ref);
    await expect(first).resolves.toBeUndefined();
    const second = channel.send('chat.send', { text: 'x' });
    newest().receive('refused', { code: 'chat.too_fast', retry: 3 }, newest().last('chat.send').ref);
    await expect(second).rejects.toMatchObject({ code: 'chat.too_fast', retry: 3 });
  });

  it('rejects commands that a cut leaves without an answer, and those without a connection', async () => {
    start().welcome('r');
    const sent = channel.send('hand.raise');
    newest().onclose?.();
    await expect(sent).rejects.toMatchObject({ code: 'connection.lost' });
    await expect(channel.send('hand.raise')).rejects.toBeInstanceOf(LiveFault);
  });

  it('pings, and counts twelve silent seconds as a cut', () => {
    start().welcome('r');
    vi.advanceTimersByTime(timing.ping);
    newest().receive('pong', { now: 1 }, newest().last('ping').ref);
    vi.advanceTimersByTime(timing.dead - 1);
    expect(listener.lost).not.toHaveBeenCalled();
    vi.advanceTimersByTime(timing.ping);
    expect(listener.lost).toHaveBeenCalledOnce();
    expect(sockets[0]?.closed).toBe(true);
  });

  it('does not hear a socket it has given up', () => {
    start().welcome('r');
    const stale = newest();
    stale.onclose?.();
    stale.receive('chat', {});
    expect(listener.message).toHaveBeenCalledTimes(1);
  });

  it('comes back at once when the network does', () => {
    start().welcome('r');
    newest().onclose?.();
    vi.advanceTimersByTime(1);
    dispatchEvent(new Event('online'));
    expect(sockets).toHaveLength(2);
  });

  it('asks for a sign of life when the browser says it is offline', () => {
    start().welcome('r');
    dispatchEvent(new Event('offline'));
    vi.advanceTimersByTime(timing.probe);
    expect(listener.lost).toHaveBeenCalledOnce();
  });

  it('waits as long as a restarting server asks for', () => {
    start().welcome('r');
    newest().receive('bye', { reason: 'draining', retry: 2 });
    vi.advanceTimersByTime(2000);
    expect(sockets).toHaveLength(1);
    vi.advanceTimersByTime(timing.firstRetry);
    expect(sockets).toHaveLength(2);
  });

  it.each(['left', 'removed', 'ended', 'replaced'])('is over after "%s"', (reason) => {
    start().welcome('r');
    newest().receive('bye', { reason });
    vi.advanceTimersByTime(60_000);
    expect(listener.over).toHaveBeenCalledExactlyOnceWith(reason, '');
    expect(sockets).toHaveLength(1);
  });

  it('comes back to the same place in the line', () => {
    start({ ticket: 't1' });
    newest().onopen?.();
    newest().receive('waiting', { resume: 'place', reason: 'lobby' });
    newest().onclose?.();
    vi.advanceTimersByTime(timing.firstRetry);
    newest().onopen?.();
    expect(newest().last('hello').body).toEqual({ version: 1, resume: 'place' });
    expect(listener.over).not.toHaveBeenCalled();
  });

  it('passes on what was written to who is not let in', () => {
    start({ ticket: 't1' });
    newest().onopen?.();
    newest().receive('waiting', { resume: 'place', reason: 'lobby' });
    newest().receive('bye', { reason: 'denied', text: 'Members only today' });
    expect(listener.over).toHaveBeenCalledExactlyOnceWith('denied', 'Members only today');
  });

  it('asks the gate again when the resume secret is refused', async () => {
    const enter = vi.fn(() => Promise.resolve('t2'));
    start({ resume: 'old' }, enter);
    newest().onopen?.();
    newest().receive('refused', { code: 'resume.invalid' }, newest().last('hello').ref);
    await vi.advanceTimersByTimeAsync(0);
    newest().onopen?.();
    expect(newest().last('hello').body).toEqual({ version: 1, ticket: 't2' });
    // A second refusal in a row would be the third as well.
    newest().receive('refused', { code: 'ticket.invalid' }, newest().last('hello').ref);
    expect(enter).toHaveBeenCalledOnce();
    expect(listener.over).toHaveBeenCalledWith('ticket.invalid', '');
  });

  it('is over when the gate refuses', async () => {
    start({ resume: 'old' }, () => Promise.reject(new LiveFault('meeting.locked')));
    newest().onopen?.();
    newest().receive('refused', { code: 'resume.invalid' }, newest().last('hello').ref);
    await vi.advanceTimersByTimeAsync(0);
    expect(listener.over).toHaveBeenCalledWith('meeting.locked', '');
  });

  it('gives the seat up when leaving', () => {
    start().welcome('r');
    channel.leave();
    expect(newest().last('leave')).toBeDefined();
    expect(listener.over).toHaveBeenCalledWith('left', '');
  });
});
