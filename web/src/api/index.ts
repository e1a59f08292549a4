export { api, type Meeting, type MeetingChange, type Policy, type User } from './client';
export { type Ban, gate, type Invite, type InviteDraft, type MadeInvite, type RoleRule } from './gate';
export { ApiFault, textOf } from './fault';
export * from './queries';
