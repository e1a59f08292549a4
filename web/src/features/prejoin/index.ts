export { type Door, PreJoin, type PreJoinProps } from './PreJoin';
