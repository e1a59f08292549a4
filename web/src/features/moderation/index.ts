export { moderationActions } from './actions';
export { AskedToUnmute } from './AskedToUnmute';
export { ClaimDialog } from './ClaimDialog';
export { EndDialog } from './EndDialog';
export { ModerationDialog } from './ModerationDialog';
