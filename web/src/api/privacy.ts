import { request } from './request';

/** One thing that is kept, in words of the language asked for. */
export interface KeptThing {
  what: string;
  purpose: string;
  basis: string;
  retention: string;
  readers: string;
}

export const privacyData = (language: string) =>
  request<{ groups: { title: string; things: KeptThing[] }[] }>('GET', '/privacy/data', {
    query: { language },
  });
