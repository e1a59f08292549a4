import { useEffect, useRef } from 'react';
import { usePreferences } from '@/features/preferences/store';
import { justJoined, live, useLive } from '@/live';
import { useSpeakers } from '@/room';
import { Pace } from './pace';
import { play } from './player';
import type { Sound } from './tones';

/** How often a waiting sound looks for its moment, in ms. */
const look = 100;

/** Makes the sounds of the meeting while the call lasts. */
export function useSounds(): void {
  const speakers = useSpeakers();
  const you = useLive((state) => state.you);
  // One's own voice does not hide a sound from oneself, but it would be in the way of listening.
  const speech = useRef(false);
  useEffect(() => {
    speech.current = speakers.some((seat) => seat !== you);
  }, [speakers, you]);

  useEffect(() => {
    const pace = new Pace();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const moment = () => ({
      now: performance.now(),
      people: useLive.getState().order.length,
      speech: speech.current,
    });
    const turn = () => {
      clearTimeout(timer);
      const sound = pace.due(moment());
      if (sound !== undefined) void play(sound);
      if (pace.waits) timer = setTimeout(turn, look);
    };
    const ask = (sound: Sound) => {
      if (!usePreferences.getState().sounds[sound]) return;
      pace.ask(sound, moment());
      turn();
    };
    // The state already lacks the seat when "seat.left" comes. Machines are in neither.
    let before = useLive.getState().seats;
    const stops = [
      useLive.subscribe((_, last) => {
        before = last.seats;
      }),
      live.on('seat.joined', (seat) => {
        const state = useLive.getState();
        if (seat.id in state.seats && seat.id !== state.you && justJoined(state, seat, Date.now()))
          ask('join');
      }),
      live.on('seat.left', ({ seat, reason }) => {
        if (reason !== 'hidden' && seat in before) ask('leave');
      }),
      live.on('muted', () => ask('muted')),
      live.on('unmute.asked', () => ask('asked')),
      live.on('waiter.came', ({ reason }) => {
        if (reason === 'lobby') ask('knock');
      }),
      useLive.subscribe((now, last) => {
        if (now.seats === last.seats || last.phase !== 'open') return;
        const raised = Object.values(now.seats).some(
          ({ id, hand }) => id !== now.you && hand > 0 && hand !== (last.seats[id]?.hand ?? 0),
        );
        if (raised) ask('hand');
      }),
      () => clearTimeout(timer),
    ];
    return () => {
      for (const stop of stops) stop();
    };
  }, []);
}
