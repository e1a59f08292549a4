import { answer, client, type Schemas } from './client';

/** One thing that is kept, in words of the language asked for. */
export type KeptThing = Schemas['KeptThing'];

export const privacyData = (language: string) =>
  answer(client.GET('/api/v1/privacy/data', { params: { query: { language } } }));
