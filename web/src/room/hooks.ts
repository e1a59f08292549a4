/** How components read the board; each re-renders only for its own seat. */
import { useCallback, useSyncExternalStore } from 'react';
import { useLive } from '@/live';
import { useMedia } from '@/media';
import { board, type Quality, type SeatMedia, type VideoSource } from './board';
import { useRoom } from './store';

/** All media of a seat. For my own seat only the quality is meaningful; see useMuted and usePicture. */
export function useTracks(seat: string): SeatMedia {
  const subscribe = useCallback((listener: () => void) => board.onSeat(seat, listener), [seat]);
  return useSyncExternalStore(subscribe, () => board.seat(seat));
}

/** Seats heard at the moment, loudest first; may include me. */
export function useSpeakers(): readonly string[] {
  return useSyncExternalStore(board.onSpeakers, () => board.speakers);
}

/** Whether this seat is heard at the moment. */
export function useSpeaking(seat: string): boolean {
  return useSyncExternalStore(board.onSpeakers, () => board.speakers.includes(seat));
}

/** How well the seat's network carries its media. */
export function useQuality(seat: string): Quality {
  return useTracks(seat).quality;
}

/** Whether the seat sends no sound, or no picture of that source, at the moment. */
export function useMuted(seat: string, source: 'microphone' | VideoSource): boolean {
  const media = useTracks(seat);
  const mine = useLive((state) => state.you === seat);
  const ownMicrophone = useMedia((state) => state.microphone.wanted && state.microphone.track !== null);
  const ownCamera = useMedia((state) => state.camera.wanted && state.camera.track !== null);
  const ownScreen = useRoom((state) => state.sharing === 'on');
  switch (source) {
    case 'microphone':
      return mine ? !ownMicrophone : media.microphone !== 'on';
    case 'camera':
      return mine ? !ownCamera : media.camera === null;
    case 'screen':
      return mine ? !ownScreen : media.screen === null;
  }
}
