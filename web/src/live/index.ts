export { connectionLost, LiveFault } from './fault';
export { live, useLive, useMay, useMe, useSeat, useSomeHidden } from './live';
export { remember, remembered } from './memory';
export type { ChatMessage, Exceptions, Lobby, Policy, Question, Seat, Waiter } from './protocol.gen';
export { justJoined, receivesCamera, runs } from './sight';
export type { LiveState, RecentReaction, RecordingState, WaitingState } from './state';
