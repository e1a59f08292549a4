/** What is being written and sent. It outlives the panel, so that closing it loses no word. */
import { create } from 'zustand';
import { connectionLost, LiveFault, live, useLive } from '@/live';

/** A message on its way to the server. */
export interface Sending {
  readonly key: number;
  readonly text: string;
}

interface Outbox {
  /** The meeting the draft was written in: it must not turn up in another one. */
  readonly meeting: string;
  readonly draft: string;
  readonly sending: readonly Sending[];
  /** Fault code of the last refused message, until the person goes on writing. */
  readonly refused: string | null;
}

const empty: Outbox = { meeting: '', draft: '', sending: [], refused: null };

export const useOutbox = create<Outbox>(() => empty);

function meeting(): string {
  return useLive.getState().meeting?.id ?? '';
}

/** Forgets what was written in another meeting. */
export function openOutbox(): void {
  if (useOutbox.getState().meeting !== meeting()) useOutbox.setState({ ...empty, meeting: meeting() });
}

export function setDraft(draft: string): void {
  useOutbox.setState({ draft, refused: null });
}

let keys = 0;

function arrived(key: number): void {
  useOutbox.setState(({ sending }) => ({ sending: sending.filter((message) => message.key !== key) }));
}

/** Sends the text and empties the field at once; a refusal gives the text back. */
export async function sendMessage(text: string): Promise<void> {
  const written = text.trim();
  if (written === '') return;
  keys += 1;
  const key = keys;
  useOutbox.setState(({ sending }) => ({
    draft: '',
    refused: null,
    sending: [...sending, { key, text: written }],
  }));
  // Whichever comes first, the message itself or the server's "ok", replaces the waiting one.
  const stop = live.on('chat', (message) => {
    if (message.seat === useLive.getState().you && message.text === written) arrived(key);
  });
  try {
    await live.send('chat.send', { text: written });
  } catch (error) {
    useOutbox.setState(({ draft }) => ({
      draft: draft === '' ? written : `${written}\n${draft}`,
      refused: error instanceof LiveFault ? error.code : connectionLost,
    }));
  } finally {
    stop();
    arrived(key);
  }
}
