/** The operations on a meeting's gate: personal links and bans. */
import { answer, client, type Schemas } from './client';

export type Invite = Schemas['Invite'];
export type InviteDraft = Schemas['NewInvite'];
export type MadeInvite = Schemas['MadeInvite'];
export type Ban = Schemas['Ban'];
export type RoleRule = Schemas['RoleRule'];

/** The longest page the server gives; a meeting has at most ten of them. */
const limit = 100;

/** Reads a list to its end. */
async function all<Page extends { next: string }, Item>(
  page: (cursor: string) => Promise<Page>,
  items: (page: Page) => Item[],
): Promise<Item[]> {
  const found: Item[] = [];
  let cursor = '';
  do {
    const next = await page(cursor);
    found.push(...items(next));
    cursor = next.next;
  } while (cursor !== '');
  return found;
}

const query = (cursor: string) => (cursor === '' ? { limit } : { limit, cursor });

export const gate = {
  invites: (id: string) =>
    all(
      (cursor) =>
        answer(
          client.GET('/api/v1/meetings/{id}/invites', { params: { path: { id }, query: query(cursor) } }),
        ),
      ({ invites }) => invites,
    ),
  invite: (id: string, body: InviteDraft) =>
    answer(client.POST('/api/v1/meetings/{id}/invites', { params: { path: { id } }, body })),
  revoke: (id: string, invite: string) =>
    answer(client.DELETE('/api/v1/meetings/{id}/invites/{invite}', { params: { path: { id, invite } } })),

  bans: (id: string) =>
    all(
      (cursor) =>
        answer(client.GET('/api/v1/meetings/{id}/bans', { params: { path: { id }, query: query(cursor) } })),
      ({ bans }) => bans,
    ),
  liftBan: (id: string, ban: string) =>
    answer(client.DELETE('/api/v1/meetings/{id}/bans/{ban}', { params: { path: { id, ban } } })),
};
