// The client's copy of internal/access for the order of roles: it decides which
// menu entries are shown. The server decides whether they work.

/** The roles, most powerful first. */
export const roles = ['owner', 'moderator', 'presenter', 'attendee', 'viewer'] as const;

/** A person's standing in a meeting. */
export type Role = (typeof roles)[number];

/** The role a seat names; one this client does not know has the least. */
export function roleOf(name: string): Role {
  return roles.find((role) => role === name) ?? 'viewer';
}

function rank(role: Role): number {
  return roles.length - 1 - roles.indexOf(role);
}

/** Whether the role has power over others: owners and moderators. */
export function moderates(role: Role): boolean {
  return rank(role) >= rank('moderator');
}

/** Whether actor may mute, stop or remove target: nobody acts on an owner but an owner. */
export function mayActOn(actor: Role, target: Role): boolean {
  return moderates(actor) && rank(actor) >= rank(target);
}

/** Whether actor may turn a seat of role from into role to. */
export function mayAssign(actor: Role, from: Role, to: Role): boolean {
  return from !== to && mayActOn(actor, from) && rank(actor) >= rank(to);
}

/** Roles from most to least for sorting lists. */
export function byRole(a: Role, b: Role): number {
  return rank(b) - rank(a);
}
