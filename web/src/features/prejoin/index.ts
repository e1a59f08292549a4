export { type Door, type Entry, PreJoin, type Refusal } from './PreJoin';
export { Preview } from './Preview';
export { PreviewControls } from './PreviewControls';
