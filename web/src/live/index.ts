export { connectionLost, LiveFault } from './fault';
export { live, useLive, useMay, useMe, useSeat } from './live';
export { remember, remembered } from './memory';
export type { ChatMessage, Policy, Seat } from './protocol.gen';
export type { LiveState, RecentReaction } from './state';
