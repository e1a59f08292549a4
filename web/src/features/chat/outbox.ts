/**
 * What is being written and sent. It outlives the panel, so that closing it
 * loses no word. Each recipient has a draft of their own: what was meant for
 * one person can never be sent to everyone by choosing somebody else.
 */
import { create } from 'zustand';
import { connectionLost, LiveFault, live, useLive } from '@/live';

/** Who gets a message: a seat id, or '' for everyone. The name outlives the seat. */
export interface Recipient {
  readonly to: string;
  readonly toName: string;
}

export const everyone: Recipient = { to: '', toName: '' };

/** A message on its way to the server. */
export interface Sending extends Recipient {
  readonly key: number;
  readonly text: string;
}

interface Outbox extends Recipient {
  /** The meeting the drafts were written in: they must not turn up in another one. */
  readonly meeting: string;
  /** By recipient. */
  readonly drafts: Readonly<Record<string, string>>;
  readonly sending: readonly Sending[];
  /** The last message that was refused, with its fault code, until the person goes on writing. */
  readonly refused: { readonly to: string; readonly code: string } | null;
}

export const emptyOutbox: Outbox = { meeting: '', ...everyone, drafts: {}, sending: [], refused: null };

export const useOutbox = create<Outbox>(() => emptyOutbox);

function meeting(): string {
  return useLive.getState().meeting?.id ?? '';
}

/** Forgets what was written in another meeting. */
export function openOutbox(): void {
  if (useOutbox.getState().meeting !== meeting()) {
    useOutbox.setState({ ...emptyOutbox, meeting: meeting() });
  }
}

export function setDraft(draft: string): void {
  useOutbox.setState(({ drafts, to }) => ({ drafts: { ...drafts, [to]: draft }, refused: null }));
}

/**
 * From now on one writes to them. Words begun for everyone come along when the
 * choice becomes more private, never the other way.
 */
export function writeTo({ to, toName }: Recipient): void {
  openOutbox();
  useOutbox.setState((now) => {
    if (now.to === to) return { to, toName };
    const begun = now.drafts[''] ?? '';
    const moves = now.to === '' && begun !== '' && (now.drafts[to] ?? '') === '';
    const drafts = moves ? { ...now.drafts, '': '', [to]: begun } : now.drafts;
    return { to, toName, drafts, refused: null };
  });
}

let keys = 0;

function arrived(key: number): void {
  useOutbox.setState(({ sending }) => ({ sending: sending.filter((message) => message.key !== key) }));
}

/** Gives a refused text back to the draft it came from, and shows that when nothing else is begun. */
function giveBack({ to, toName, text }: Sending, code: string): void {
  useOutbox.setState((now) => {
    const draft = now.drafts[to] ?? '';
    const drafts = { ...now.drafts, [to]: draft === '' ? text : `${text}\n${draft}` };
    const busy = now.to !== to && (now.drafts[now.to] ?? '') !== '';
    return { drafts, refused: { to, code }, ...(busy ? {} : { to, toName }) };
  });
}

/** Sends the draft and empties the field at once; a refusal gives the text back. */
export async function sendDraft(): Promise<void> {
  const { to, toName, drafts } = useOutbox.getState();
  const text = (drafts[to] ?? '').trim();
  if (text === '') return;
  keys += 1;
  const message: Sending = { key: keys, text, to, toName };
  useOutbox.setState(({ sending }) => ({
    drafts: { ...drafts, [to]: '' },
    refused: null,
    sending: [...sending, message],
  }));
  // Whichever comes first, the message itself or the server's "ok", replaces the waiting one.
  const stop = live.on('chat', (came) => {
    if (came.seat === useLive.getState().you && came.text === text && (came.to ?? '') === to) {
      arrived(message.key);
    }
  });
  try {
    await live.send('chat.send', to === '' ? { text } : { to, text });
  } catch (error) {
    giveBack(message, error instanceof LiveFault ? error.code : connectionLost);
  } finally {
    stop();
    arrived(message.key);
  }
}
