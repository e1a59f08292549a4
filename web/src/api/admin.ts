import { answer, client, type Schemas } from './client';

export type Person = Schemas['Person'];
export type Organisation = Schemas['Organisation'];
export type OrganisationChange = Schemas['OrganisationChange'];
export type Provider = Schemas['Provider'];
export type ProviderSettings = Schemas['Settings'];
export type Key = Schemas['Key'];
export type AuditEntry = Schemas['AuditEntry'];
export type AuditParty = Schemas['AuditParty'];
export type Pool = Schemas['Pool'];
export type Reservation = Schemas['Reservation'];
export type Tenant = Schemas['Tenant'];

export interface AuditFilter {
  action?: string;
  /** Not before, and before. */
  from?: string;
  to?: string;
}

const at = (id: string) => ({ params: { path: { id } } });

/** The administration of the organisation, and for operators of the server. */
export const admin = {
  people: (search: string, cursor: string) =>
    answer(client.GET('/api/v1/people', { params: { query: { search, cursor } } })),
  addPerson: (body: Schemas['NewPerson']) => answer(client.POST('/api/v1/people', { body })),
  changePerson: (id: string, body: Schemas['PersonChange']) =>
    answer(client.PATCH('/api/v1/people/{id}', { ...at(id), body })),
  deletePerson: (id: string) => answer(client.DELETE('/api/v1/people/{id}', at(id))),
  resetPerson: (id: string) => answer(client.POST('/api/v1/people/{id}/reset', at(id))),
  removeFactors: (id: string) => answer(client.DELETE('/api/v1/people/{id}/factors', at(id))),
  endSessions: (id: string) => answer(client.DELETE('/api/v1/people/{id}/sessions', at(id))),

  running: (cursor: string) =>
    answer(client.GET('/api/v1/meetings/running', { params: { query: { cursor } } })),

  organisation: () => answer(client.GET('/api/v1/organisation')),
  changeOrganisation: (body: OrganisationChange) => answer(client.PATCH('/api/v1/organisation', { body })),
  setLogo: (file: File) =>
    answer(
      client.PUT('/api/v1/organisation/logo', {
        body: file as unknown as string, // the description has no better word for bytes
        bodySerializer: (body: unknown) => body as BodyInit,
        headers: { 'Content-Type': file.type },
      }),
    ),
  removeLogo: () => answer(client.DELETE('/api/v1/organisation/logo')),

  providers: () => answer(client.GET('/api/v1/providers')),
  addProvider: (body: Schemas['CreateProvider']) => answer(client.POST('/api/v1/providers', { body })),
  changeProvider: (id: string, body: Schemas['ChangeProvider']) =>
    answer(client.PATCH('/api/v1/providers/{id}', { ...at(id), body })),
  deleteProvider: (id: string) => answer(client.DELETE('/api/v1/providers/{id}', at(id))),
  testProvider: (id: string) => answer(client.POST('/api/v1/providers/{id}/test', at(id))),

  keys: () => answer(client.GET('/api/v1/keys')),
  addKey: (body: Schemas['NewKey']) => answer(client.POST('/api/v1/keys', { body })),
  deleteKey: (id: string) => answer(client.DELETE('/api/v1/keys/{id}', at(id))),

  audit: (filter: AuditFilter, cursor: string) =>
    answer(client.GET('/api/v1/audit', { params: { query: { ...filter, cursor } } })),
  verifyAudit: () => answer(client.POST('/api/v1/audit/verify')),
  redact: (user: string) => answer(client.POST('/api/v1/audit/redact', { body: { user } })),

  pool: () => answer(client.GET('/api/v1/pool')),
  usage: (query: { from: string; to: string; step: string }) =>
    answer(client.GET('/api/v1/pool/usage', { params: { query } })),
  reservations: (cursor: string) =>
    answer(client.GET('/api/v1/pool/reservations', { params: { query: { cursor } } })),
  reserve: (body: Schemas['NewReservation']) => answer(client.POST('/api/v1/pool/reservations', { body })),
  unreserve: (id: string) => answer(client.DELETE('/api/v1/pool/reservations/{id}', at(id))),

  tenants: (cursor: string) => answer(client.GET('/api/v1/tenants', { params: { query: { cursor } } })),
  addTenant: (body: Schemas['NewTenant']) => answer(client.POST('/api/v1/tenants', { body })),
  changeTenant: (id: string, body: Schemas['TenantChange']) =>
    answer(client.PATCH('/api/v1/tenants/{id}', { ...at(id), body })),
  deleteTenant: (id: string, name: string) =>
    answer(client.DELETE('/api/v1/tenants/{id}', { ...at(id), body: { name } })),
};
