export { moderationActions } from './actions';
export { AskedToUnmute } from './AskedToUnmute';
export { EndDialog } from './EndDialog';
export { ModerationDialog } from './ModerationDialog';
