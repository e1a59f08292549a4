export { HandQueue } from './HandQueue';
export { handQueue, placeInQueue } from './queue';
