export { DeviceNotices } from './DeviceNotices';
export { DeviceProblem, WayOut } from './DeviceProblem';
export { DeviceSettings } from './DeviceSettings';
export { problemOf, problemOfBoth } from './problem';
export { usePushToTalk } from './usePushToTalk';
export { VideoPreview } from './VideoPreview';
