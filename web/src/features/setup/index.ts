export { PasswordStrength } from './PasswordStrength';
export { leastLength } from './strength';
