export { type Door, PreJoin } from './PreJoin';
