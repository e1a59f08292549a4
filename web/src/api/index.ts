export { api, type Meeting, type Policy, type User } from './client';
export { ApiFault, textOf } from './fault';
export * from './queries';
