/**
 * Keeps the media connection for as long as the person is in the meeting: each
 * token of the live channel may open it, and when it breaks a new token is
 * asked for. livekit-client itself arrives as a chunk of its own.
 */
import { connectionLost, LiveFault, live, useLive } from '@/live';
import { media } from '@/media';
import { board } from './board';
import type { Session } from './session';
import { chooseScreen, closeScreen } from './share';
import { resetRoom, useRoom } from './store';

/** First and last wait before the next token is asked for, ms. */
const backoff = { first: 500, last: 8000 };

let session: Session | null = null;
let screen: MediaStream | null = null;
let attempt = 0;
/** Rises with each connection begun, so that a slow one cannot overtake the next. */
let generation = 0;
let retry: ReturnType<typeof setTimeout> | undefined;
let running: (() => void)[] = [];

/** Loads the LiveKit chunk ahead of need, as on the page before joining. */
export function prefetch(): void {
  void import('./session');
}

/** From now on follows the live channel. Call before live.connect. */
export function start(): void {
  stop();
  running = [
    live.on('welcome', ({ media: { token }, resumed }) => {
      const { you } = useLive.getState();
      if (!resumed || session?.seat !== you || !session.connected) {
        void open(token, you);
      }
    }),
    live.on('media', ({ token }) => {
      void open(token, useLive.getState().you);
    }),
    live.on('muted', () => {
      media.getState().setMicrophone(false);
    }),
    live.on('stopped', ({ what }) => {
      if (what === 'share') {
        endShare();
      } else {
        media.getState().setCamera(false);
      }
    }),
    useLive.subscribe(followRights),
    media.subscribe(({ dataSaver, camera }) => {
      if (dataSaver === 'audio' && camera.wanted) {
        media.getState().setCamera(false);
      }
    }),
  ];
}

/** Ends the media connection and the share. Devices are src/media's business. */
export function stop(): void {
  generation += 1;
  clearTimeout(retry);
  for (const undo of running) {
    undo();
  }
  running = [];
  endShare();
  session?.close();
  session = null;
  board.setSpeakers([]);
  board.keep(new Set());
  resetRoom();
}

/** Nobody comes back to a microphone that opens by itself once the right returns. */
function followRights(
  { rights, phase }: { rights: ReadonlySet<string>; phase: string },
  before: { rights: ReadonlySet<string> },
): void {
  if (rights === before.rights || phase !== 'open') {
    return;
  }
  const { microphone, camera, setMicrophone, setCamera } = media.getState();
  if (!rights.has('speak') && microphone.wanted) {
    setMicrophone(false);
  }
  if (!rights.has('camera') && camera.wanted) {
    setCamera(false);
  }
}

async function open(token: string, seat: string): Promise<void> {
  generation += 1;
  const mine = generation;
  clearTimeout(retry);
  useRoom.setState(({ phase }) => ({ phase: phase === 'idle' ? 'connecting' : 'lost' }));
  let next: Session | null = null;
  try {
    const { Session } = await import('./session');
    if (mine !== generation) {
      return;
    }
    session?.close();
    next = new Session(seat, () => {
      if (mine === generation) {
        useRoom.setState({ phase: 'lost' });
        askAgain();
      }
    });
    session = next;
    await next.connect(token);
  } catch {
    // Out of reach, or the token was too old: the next one is asked for below.
    if (mine === generation) {
      askAgain();
    }
    return;
  }
  if (mine !== generation) {
    next.close();
    return;
  }
  attempt = 0;
  useRoom.setState({ phase: 'open' });
  await resumeShare();
}

/** Without a live channel there is nothing to ask; its next welcome brings a token. */
function askAgain(): void {
  clearTimeout(retry);
  const wait = Math.min(backoff.first * 2 ** attempt, backoff.last);
  attempt += 1;
  retry = setTimeout(() => {
    live.send('media.token').catch((error: unknown) => {
      if (!(error instanceof LiveFault && error.code === connectionLost)) {
        askAgain();
      }
    });
  }, wait);
}

/** The shared screen's own picture, for my stage. */
export function ownScreen(): MediaStreamTrack | null {
  return screen?.getVideoTracks()[0] ?? null;
}

/**
 * Lets the person choose a screen and shares it. Resolves with false when they
 * chose none; rejects with a LiveFault when the room refuses.
 */
export async function startShare(): Promise<boolean> {
  if (useRoom.getState().sharing !== 'off') {
    return true;
  }
  useRoom.setState({ sharing: 'starting' });
  let chosen: MediaStream | null = null;
  try {
    chosen = await chooseScreen();
    if (chosen === null) {
      useRoom.setState({ sharing: 'off' });
      return false;
    }
    await live.send('share.start');
  } catch (error) {
    if (chosen !== null) {
      closeScreen(chosen);
    }
    useRoom.setState({ sharing: 'off' });
    throw error;
  }
  screen = chosen;
  chosen.getVideoTracks()[0]?.addEventListener('ended', stopShare);
  session?.publisher.setScreen(chosen);
  useRoom.setState({ sharing: 'on' });
  return true;
}

/** Ends my share, here and for everyone. */
export function stopShare(): void {
  endShare();
  live.send('share.stop', { seat: useLive.getState().you }).catch(() => {
    // Without a connection the server ends it with the seat, or resumeShare tells it.
  });
}

function endShare(): void {
  if (screen !== null) {
    session?.publisher.setScreen(null);
    closeScreen(screen);
    screen = null;
  }
  useRoom.setState({ sharing: 'off' });
}

/** After a new connection the screen is still being captured: the room must allow it again. */
async function resumeShare(): Promise<void> {
  const { you, seats } = useLive.getState();
  const known = seats[you]?.sharing === true;
  if (screen === null) {
    if (known) {
      stopShare();
    }
    return;
  }
  try {
    if (!known) {
      await live.send('share.start');
    }
    session?.publisher.setScreen(screen);
  } catch {
    endShare();
  }
}

/** The person tapped "Tap to hear". */
export function unlockSound(): void {
  void session?.unlockSound();
}
