import { useEffect, useReducer } from 'react';
import { useLive } from '@/live';
import { useSpeakers } from '@/room';
import { nextSpeaker, patience, type SpeakerState, silence } from './speaker';

/** Seat shown because it speaks, '' before anybody spoke. Never me: one does not need to see oneself talk. */
export function useSpeaker(): string {
  const speaking = useSpeakers();
  const you = useLive((state) => state.you);
  const seats = useLive((state) => state.seats);
  const [state, advance] = useReducer(
    (before: SpeakerState, others: readonly string[]) =>
      nextSpeaker(before, others, (seat) => seat in seats, performance.now()),
    silence,
  );
  useEffect(() => {
    const others = speaking.filter((seat) => seat !== you && seats[seat]?.role !== 'viewer');
    advance(others);
    // Somebody who goes on speaking sends no new event: look again when they have spoken long enough.
    const timer = setTimeout(() => {
      advance(others);
    }, patience);
    return () => {
      clearTimeout(timer);
    };
  }, [speaking, seats, you]);
  return state.shown;
}
