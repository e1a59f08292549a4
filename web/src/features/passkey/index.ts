export { getPasskey, hasPasskeys, makePasskey, PasskeyDeclined, suggestsPasskeys } from './passkey';
