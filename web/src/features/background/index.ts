export { BackgroundSettings } from './BackgroundSettings';
