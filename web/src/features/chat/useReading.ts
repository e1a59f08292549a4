import { type RefObject, useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { ChatMessage } from '@/live';

/** So near to the end the newest message counts as seen, in CSS pixels. */
const near = 32;

export interface Reading {
  /** The element that scrolls. */
  scroller: RefObject<HTMLDivElement | null>;
  onScroll: () => void;
  /** The newest messages are in view. */
  following: boolean;
  /** Messages of others that came while the person read further up. */
  unseen: number;
  /** Goes to the newest message and stays with it. */
  follow: () => void;
}

/**
 * Keeps the newest message in view, unless the person is reading above: then
 * nothing moves, and what comes is counted.
 */
export function useReading(messages: readonly ChatMessage[], sending: number, you: string): Reading {
  const scroller = useRef<HTMLDivElement>(null);
  // Unix ms of the newest message when the person scrolled away, null while following.
  const [leftAt, setLeftAt] = useState<number | null>(null);
  const following = leftAt === null;

  const toEnd = () => {
    const element = scroller.current;
    if (element) element.scrollTop = element.scrollHeight;
  };

  useLayoutEffect(() => {
    if (following) toEnd();
  }, [messages, sending, following]);

  // A growing field or a wider panel changes the height without a new message.
  useEffect(() => {
    const element = scroller.current;
    if (!following || element === null) return undefined;
    const observer = new ResizeObserver(toEnd);
    observer.observe(element);
    return () => observer.disconnect();
  }, [following]);

  return {
    scroller,
    following,
    unseen:
      leftAt === null ? 0 : messages.filter((message) => message.at > leftAt && message.seat !== you).length,
    onScroll: () => {
      const element = scroller.current;
      if (element === null) return;
      const atEnd = element.scrollHeight - element.scrollTop - element.clientHeight < near;
      setLeftAt((before) => (atEnd ? null : (before ?? messages.at(-1)?.at ?? 0)));
    },
    follow: () => {
      setLeftAt(null);
      toEnd();
    },
  };
}
