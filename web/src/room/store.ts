/** What of the media connection is small and changes seldom; tracks have hooks of their own. */
import { create } from 'zustand';

export interface RoomState {
  /** `lost`: coming back by itself. */
  readonly phase: 'idle' | 'connecting' | 'open' | 'lost';
  readonly sharing: 'off' | 'starting' | 'on';
  /** The browser wants a tap before it plays sound. */
  readonly soundBlocked: boolean;
  /** The network cannot carry what we ask of it. */
  readonly congested: boolean;
}

export const useRoom = create<RoomState>(() => ({
  phase: 'idle',
  sharing: 'off',
  soundBlocked: false,
  congested: false,
}));
