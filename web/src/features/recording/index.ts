export { recordingActions } from './actions';
export { ConsentCard } from './ConsentCard';
export { Mark } from './Mark';
export { RecordMenu } from './RecordMenu';
export { Trouble } from './Trouble';
export { useRecordingTold } from './useRecordingTold';
