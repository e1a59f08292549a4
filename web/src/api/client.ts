import createClient from 'openapi-fetch';
import { ApiFault } from './fault';
import type { components, paths } from './schema.gen';

export type Schemas = components['schemas'];
export type Meeting = Schemas['Meeting'];
export type MeetingChange = Schemas['MeetingChange'];
export type Policy = Schemas['Policy'];
export type User = Schemas['User'];

export const client = createClient<paths>({
  baseUrl: window.location.origin,
  // Looked up at each call, so that tests may replace it.
  fetch: (request) => fetch(request),
});

interface Result<Data> {
  data?: Data;
  error?: { code?: string; reference?: string };
  response: Response;
}

/** Gives the body of an answer, or throws an ApiFault for every way to fail. */
export async function answer<Data>(request: Promise<Result<Data>>): Promise<NonNullable<Data>> {
  const { data, error, response } = await request.catch(() => {
    throw new ApiFault('network', 0);
  });
  if (!response.ok) {
    const { code = response.status === 404 ? 'not_found' : 'internal', reference } = error ?? {};
    const retry = Number(response.headers.get('Retry-After') ?? 0);
    throw new ApiFault(code, response.status, reference, Number.isFinite(retry) ? retry : 0);
  }
  return data as NonNullable<Data>;
}

/** The server's HTTP interface, one function per operation. */
export const api = {
  server: () => answer(client.GET('/api/v1/server')),

  setUp: (body: Schemas['SetUp']) => answer(client.POST('/api/v1/setup', { body })),

  session: () => answer(client.GET('/api/v1/session')),
  signIn: (body: Schemas['SignIn']) => answer(client.POST('/api/v1/session', { body })),
  signOut: () => answer(client.DELETE('/api/v1/session')),

  /** All of them: at most a thousand, in pages of a hundred. */
  meetings: async () => {
    const found: Meeting[] = [];
    let cursor: string | undefined;
    do {
      const query = { limit: 100, ...(cursor !== undefined && { cursor }) };
      const page = await answer(client.GET('/api/v1/meetings', { params: { query } }));
      found.push(...page.meetings);
      cursor = page.next === '' ? undefined : page.next;
    } while (cursor !== undefined);
    return found;
  },
  createMeeting: (name: string) => answer(client.POST('/api/v1/meetings', { body: { name } })),
  changeMeeting: (id: string, body: MeetingChange) =>
    answer(client.PATCH('/api/v1/meetings/{id}', { params: { path: { id } }, body })),
  /** Outlives the page, so that a deletion is carried out when the tab closes. */
  deleteMeeting: (id: string) =>
    answer(client.DELETE('/api/v1/meetings/{id}', { params: { path: { id } }, keepalive: true })),

  /** What a person before the door may know; `invite` is the secret of a role link. */
  door: (id: string, invite?: string) =>
    answer(
      client.POST('/api/v1/meetings/{id}/door', {
        params: { path: { id } },
        body: invite === undefined ? {} : { invite },
      }),
    ),
  /** The single-use ticket that opens the live channel, valid for a minute. */
  ticket: (id: string, body: Schemas['Entry']) =>
    answer(client.POST('/api/v1/meetings/{id}/ticket', { params: { path: { id } }, body })),
};
