export { type RoomState, useRoom } from './store';
