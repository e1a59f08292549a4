export { ReactionsMenu } from './ReactionsMenu';
export { ReactionsOverlay } from './ReactionsOverlay';
