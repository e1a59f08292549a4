export { knocking } from './knocking';
export { useLobbyTold } from './useLobbyTold';
export { WaitingRegion } from './WaitingRegion';
