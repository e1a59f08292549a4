export { Ending } from './Ending';
