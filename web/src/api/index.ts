export { api, type Door, type Meeting, type Policy, type Server, type User } from './client';
export { ApiFault, textOf } from './fault';
export * from './queries';
