/** What of the media connection is small and changes seldom; see board.ts for the seats' media. */
import { create } from 'zustand';

export interface RoomState {
  /** `lost`: coming back by itself; pictures stay as they were. */
  readonly phase: 'idle' | 'connecting' | 'open' | 'lost';
  readonly sharing: 'off' | 'starting' | 'on';
  /** The browser wants a tap before it plays sound, as Safari on a phone does. */
  readonly soundBlocked: boolean;
  /** The network has not carried what we ask of it for a while. */
  readonly congested: boolean;
}

const before: RoomState = {
  phase: 'idle',
  sharing: 'off',
  soundBlocked: false,
  congested: false,
};

export const useRoom = create<RoomState>(() => before);

/** Back to the state before any connection. */
export function resetRoom(): void {
  useRoom.setState(before, true);
}
