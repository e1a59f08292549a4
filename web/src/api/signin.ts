import type { PasskeyOptions } from './account';
import type { User } from './client';
import { request } from './request';

export type Factor = 'totp' | 'passkey' | 'recovery';

/** A step on the way in. */
export interface Step {
  /** Who is signed in now; missing when a second factor is to follow. */
  user?: User;
  factor?: Factor[];
  /** Names the sign-in until the second factor is shown. */
  challenge?: string;
  /** What a passkey is asked for with, when it is among the factors. */
  options?: PasskeyOptions;
}

/** The ways to sign in; each sets the session's cookie when it is done. */
export const signin = {
  password: (email: string, password: string) =>
    request<Step>('POST', '/session', { body: { email, password } }),
  factor: (challenge: string, proof: { totp: string } | { recovery: string } | { passkey: object }) =>
    request<Step>('POST', '/session/factor', { body: { challenge, ...proof } }),
  beginPasskey: () =>
    request<{ challenge: string; options: PasskeyOptions }>('POST', '/session/passkey/begin'),
  passkey: (challenge: string, credential: object) =>
    request<Step>('POST', '/session/passkey', { body: { challenge, credential } }),
  ldap: (provider: string, user: string, password: string) =>
    request<Step>('POST', `/signin/${provider}/ldap`, { body: { user, password } }),
  /** Where the browser goes to sign in with a provider. */
  providerURL: (provider: string, from: string) =>
    `/api/v1/signin/${provider}?${new URLSearchParams({ return: from })}`,
  welcome: (secret: string, password: string) =>
    request<Step>('POST', '/welcome', { body: { secret, password } }),
};
