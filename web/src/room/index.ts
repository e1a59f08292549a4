/** Media of the room. The only folder that knows LiveKit, in a chunk of its own. */
export { prefetch, start, startShare, stop, stopShare, unlockSound } from './control';
export { useMuted, useQuality, useSpeakers, useSpeaking, useTracks } from './hooks';
export { canShare } from './share';
export { type RoomState, useRoom } from './store';
export { VideoView } from './VideoView';
