export { HandQueue } from './HandQueue';
