import { queryOptions, useQuery } from '@tanstack/react-query';
import type { AuditEntry } from './admin';
import { request } from './request';

/** What an assertion or a new passkey is asked for with: WebAuthn's options as JSON, in `publicKey` or bare. */
export type PasskeyOptions = Record<string, unknown>;

export interface Passkey {
  id: string;
  name: string;
  createdAt: string;
}

export interface Account {
  id: string;
  name: string;
  email: string;
  admin: boolean;
  /** Signs in with a password of ours, not with an identity provider. */
  password: boolean;
  totp: boolean;
  /** How many. */
  passkeys: number;
  /** How many are left. */
  recoveryCodes: number;
}

export interface AccountSession {
  id: string;
  browser: string;
  createdAt: string;
  lastDay: string;
  current: boolean;
  provider: string;
}

/** Ways to prove that one is still oneself. */
export type ConfirmWay = 'password' | 'totp' | 'passkey';

/** What a person proves who they are with. */
export type Proof = { password: string } | { totp: string } | { challenge: string; passkey: object };

/** One's own account. */
export const account = {
  me: () => request<Account>('GET', '/account'),
  rename: (name: string) => request('PATCH', '/account', { body: { name } }),
  changePassword: (old: string, fresh: string) =>
    request('POST', '/account/password', { body: { old, new: fresh } }),
  beginTotp: () => request<{ secret: string; uri: string }>('POST', '/account/totp'),
  confirmTotp: (code: string) =>
    request<{ recoveryCodes: string[] }>('POST', '/account/totp/confirm', { body: { code } }),
  removeTotp: () => request('DELETE', '/account/totp'),
  newRecoveryCodes: () => request<{ recoveryCodes: string[] }>('POST', '/account/recovery-codes'),
  passkeys: () => request<{ passkeys: Passkey[] }>('GET', '/account/passkeys'),
  beginPasskey: () =>
    request<{ challenge: string; options: PasskeyOptions }>('POST', '/account/passkeys/begin'),
  finishPasskey: (challenge: string, name: string, credential: object) =>
    request<{ passkey: Passkey }>('POST', '/account/passkeys', { body: { challenge, name, credential } }),
  renamePasskey: (id: string, name: string) =>
    request('PATCH', `/account/passkeys/${id}`, { body: { name } }),
  deletePasskey: (id: string) => request('DELETE', `/account/passkeys/${id}`),
  sessions: () => request<{ sessions: AccountSession[] }>('GET', '/account/sessions'),
  endSession: (id: string) => request('DELETE', `/account/sessions/${id}`),
  endOtherSessions: () => request('DELETE', '/account/sessions'),
  access: () => request<{ entries: AuditEntry[] }>('GET', '/account/access'),

  beginConfirm: () =>
    request<{ with: ConfirmWay[]; challenge?: string; options?: PasskeyOptions }>(
      'POST',
      '/session/confirm/begin',
    ),
  confirm: (proof: Proof) => request('POST', '/session/confirm', { body: proof }),
};

const me = queryOptions({ queryKey: ['account'], queryFn: account.me });
export const useAccount = () => useQuery(me);
