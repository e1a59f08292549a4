import { queryOptions, useQuery } from '@tanstack/react-query';
import { answer, client, type Schemas } from './client';

export type Account = Schemas['Account'];
export type Passkey = Schemas['Passkey'];
/** What a person proves who they are with; exactly one member of it. */
export type Proof = Schemas['Confirmation'];

/** One's own account. */
export const account = {
  me: () => answer(client.GET('/api/v1/account')),
  rename: (name: string) => answer(client.PATCH('/api/v1/account', { body: { name } })),
  changePassword: (body: Schemas['PasswordChange']) =>
    answer(client.POST('/api/v1/account/password', { body })),
  beginTotp: () => answer(client.POST('/api/v1/account/totp')),
  confirmTotp: (code: string) => answer(client.POST('/api/v1/account/totp/confirm', { body: { code } })),
  removeTotp: () => answer(client.DELETE('/api/v1/account/totp')),
  newRecoveryCodes: () => answer(client.POST('/api/v1/account/recovery-codes')),
  passkeys: () => answer(client.GET('/api/v1/account/passkeys')),
  beginPasskey: () => answer(client.POST('/api/v1/account/passkeys/begin')),
  finishPasskey: (challenge: string, name: string, credential: object) =>
    answer(client.POST('/api/v1/account/passkeys', { body: { challenge, name, credential } })),
  renamePasskey: (id: string, name: string) =>
    answer(client.PATCH('/api/v1/account/passkeys/{id}', { params: { path: { id } }, body: { name } })),
  deletePasskey: (id: string) =>
    answer(client.DELETE('/api/v1/account/passkeys/{id}', { params: { path: { id } } })),
  sessions: () => answer(client.GET('/api/v1/account/sessions')),
  endSession: (id: string) =>
    answer(client.DELETE('/api/v1/account/sessions/{id}', { params: { path: { id } } })),
  endOtherSessions: () => answer(client.DELETE('/api/v1/account/sessions')),
  access: (cursor: string) => answer(client.GET('/api/v1/account/access', { params: { query: { cursor } } })),

  beginConfirm: () => answer(client.POST('/api/v1/session/confirm/begin')),
  confirm: (body: Proof) => answer(client.POST('/api/v1/session/confirm', { body })),
};

const me = queryOptions({ queryKey: ['account'], queryFn: account.me });
export const useAccount = () => useQuery(me);
