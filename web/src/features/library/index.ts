export { MakeFields } from './MakeFields';
