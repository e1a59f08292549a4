import { answer, client, type Schemas } from './client';

/** A step on the way in: the person, or the second factor that is to follow. */
export type Step = Schemas['SignInStep'];
export type Factor = NonNullable<Step['factor']>[number];
export type SignInProvider = Schemas['SignInProvider'];

/** The ways to sign in; each sets the session's cookie when it is done. */
export const signin = {
  password: (email: string, password: string) =>
    answer(client.POST('/api/v1/session', { body: { email, password } })),
  factor: (body: Schemas['SecondStep']) => answer(client.POST('/api/v1/session/factor', { body })),
  beginPasskey: () => answer(client.POST('/api/v1/session/passkey/begin')),
  passkey: (challenge: string, credential: object) =>
    answer(client.POST('/api/v1/session/passkey', { body: { challenge, credential } })),
  ldap: (id: string, user: string, password: string) =>
    answer(client.POST('/api/v1/signin/{id}/ldap', { params: { path: { id } }, body: { user, password } })),
  /** Whose one-time link it is. */
  whose: (secret: string) => answer(client.POST('/api/v1/welcome/person', { body: { secret } })),
  /** Where the browser goes after signing out here, to be signed out there too. */
  signOutURL: (provider: string) => `/api/v1/signin/${provider}/signout`,
  welcome: (secret: string, password: string) =>
    answer(client.POST('/api/v1/welcome', { body: { secret, password } })),
};
