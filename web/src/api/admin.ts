import type { Policy } from './client';
import type { Page } from './pages';
import { request } from './request';

export interface Person {
  id: string;
  name: string;
  email: string;
  admin: boolean;
  disabled: boolean;
  /** The identity provider's id, '' for a password or passkey of ours. */
  provider: string;
  createdAt: string;
}

export interface RunningMeeting {
  id: string;
  people: number;
  waiting: number;
  startedAt: string;
  /** '' for whom the name is none of the business. */
  name: string;
}

export interface OrganisationChange {
  name?: string;
  accent?: string;
  meetingPolicy?: Policy;
  lobby?: 'off' | 'guests' | 'everyone';
  accountRequired?: boolean;
  secondFactor?: { administrators: boolean; everyone: boolean };
  adminNetworks?: string[];
  auditDays?: number;
}

export interface Organisation extends Required<OrganisationChange> {
  logo: string;
}

export interface ProviderSettings {
  oidc?: {
    issuer: string;
    clientId: string;
    scopes?: string[];
    groupsClaim?: string;
  };
  ldap?: {
    url: string;
    startTls?: boolean;
    bindDn?: string;
    baseDn: string;
    userFilter: string;
    nameAttribute?: string;
    emailAttribute?: string;
    subjectAttribute?: string;
    groupsAttribute?: string;
  };
  accounts: { create: boolean; domains?: string[]; adminGroups?: string[] };
}

export interface Provider {
  id: string;
  kind: 'oidc' | 'ldap';
  name: string;
  enabled: boolean;
  secretSet: boolean;
  settings: ProviderSettings;
  redirectUri: string;
  backchannelUri: string;
}

interface ProviderChange {
  name: string;
  enabled: boolean;
  /** Left out: stays as it is. */
  secret?: string;
  settings: ProviderSettings;
}

export interface Key {
  id: string;
  name: string;
  scopes: string[];
  createdAt: string;
  /** Missing for never. */
  expiresAt?: string;
}

export interface AuditParty {
  kind: string;
  id: string;
  /** '' when the account is gone, or for what has no name. */
  name: string;
}

export interface AuditEntry {
  number: number;
  at: string;
  action: string;
  actor: AuditParty;
  credential: string;
  meeting: string;
  subject: AuditParty;
  detail: Record<string, string>;
}

export interface AuditFilter {
  action: string;
  from: string;
  to: string;
}

interface AuditVerdict {
  ok: boolean;
  entries: number;
  problem?: {
    what: 'changed' | 'missing' | 'inserted' | 'moved' | 'rewritten' | 'forged' | 'unsigned';
    from: number;
  };
}

export interface Pool {
  /** 0 for no limit but the machine's. */
  places: number;
  used: number;
  waiting: number;
}

interface PoolUsage {
  at: string;
  peak: number;
  waiting: number;
}

export interface Reservation {
  id: string;
  meeting: string;
  places: number;
  from: string;
  until: string;
}

export interface Tenant {
  id: string;
  name: string;
  home: boolean;
  hosts: string[];
  places: number;
  link: string;
}

interface NewTenant {
  name: string;
  hosts: string[];
  places: number;
  adminName: string;
  adminEmail: string;
}

/** The administration of the organisation, and for operators of the server. */
export const admin = {
  people: (search: string, cursor: string) =>
    request<Page & { people: Person[] }>('GET', '/people', { query: { search, cursor } }),
  addPerson: (body: { name: string; email: string; admin: boolean }) =>
    request<{ person: Person; link: string }>('POST', '/people', { body }),
  changePerson: (id: string, body: { admin?: boolean; disabled?: boolean }) =>
    request<Person>('PATCH', `/people/${id}`, { body }),
  deletePerson: (id: string) => request('DELETE', `/people/${id}`),
  resetPerson: (id: string) => request<{ link: string }>('POST', `/people/${id}/reset`),
  removeFactors: (id: string) => request('DELETE', `/people/${id}/factors`),
  endSessions: (id: string) => request('DELETE', `/people/${id}/sessions`),

  running: () => request<{ meetings: RunningMeeting[] }>('GET', '/meetings/running'),

  organisation: () => request<Organisation>('GET', '/organisation'),
  changeOrganisation: (body: OrganisationChange) => request<Organisation>('PATCH', '/organisation', { body }),
  setLogo: (file: File) => request('PUT', '/organisation/logo', { body: file }),
  removeLogo: () => request('DELETE', '/organisation/logo'),

  providers: () => request<{ providers: Provider[] }>('GET', '/providers'),
  addProvider: (body: ProviderChange & { kind: Provider['kind'] }) =>
    request<Provider>('POST', '/providers', { body }),
  changeProvider: (id: string, body: ProviderChange) =>
    request<Provider>('PATCH', `/providers/${id}`, { body }),
  deleteProvider: (id: string) => request('DELETE', `/providers/${id}`),
  testProvider: (id: string) => request<{ ok: boolean; problem?: string }>('POST', `/providers/${id}/test`),

  keys: () => request<{ keys: Key[]; scopes: string[] }>('GET', '/keys'),
  addKey: (body: { name: string; scopes: string[]; expiresAt?: string }) =>
    request<{ key: Key; secret: string }>('POST', '/keys', { body }),
  deleteKey: (id: string) => request('DELETE', `/keys/${id}`),

  audit: (filter: AuditFilter, cursor: string) =>
    request<Page & { entries: AuditEntry[] }>('GET', '/audit', { query: { ...filter, cursor } }),
  verifyAudit: () => request<AuditVerdict>('POST', '/audit/verify'),
  redact: (user: string) => request('POST', '/audit/redact', { body: { user } }),

  pool: () => request<Pool>('GET', '/pool'),
  usage: (from: string, to: string, step: string) =>
    request<{ usage: PoolUsage[] }>('GET', '/pool/usage', { query: { from, to, step } }),
  reservations: () => request<{ reservations: Reservation[] }>('GET', '/pool/reservations'),
  reserve: (body: Omit<Reservation, 'id'>) => request<Reservation>('POST', '/pool/reservations', { body }),
  unreserve: (id: string) => request('DELETE', `/pool/reservations/${id}`),

  tenants: (cursor: string) =>
    request<Page & { tenants: Tenant[] }>('GET', '/tenants', { query: { cursor } }),
  addTenant: (body: NewTenant) => request<{ tenant: Tenant; link: string }>('POST', '/tenants', { body }),
  changeTenant: (id: string, body: Pick<Tenant, 'name' | 'hosts' | 'places'>) =>
    request<Tenant>('PATCH', `/tenants/${id}`, { body }),
  deleteTenant: (id: string, name: string) => request('DELETE', `/tenants/${id}`, { body: { name } }),
};
