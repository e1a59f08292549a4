export { Ending, type EndingProps } from './Ending';
export { endingOf, type EndingKind } from './reason';
