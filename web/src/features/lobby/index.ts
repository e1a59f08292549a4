export { useLobbyTold } from './useLobbyTold';
export { WaitingRegion } from './WaitingRegion';
