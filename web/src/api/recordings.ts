import { answer, client, type Schemas } from './client';

/** What is null for some viewers, or before there is any; the description has no word for that. */
type Absent = 'sharing' | 'settings' | 'hold' | 'cut';
export type Recording = Omit<Schemas['Recording'], Absent> & {
  [Name in Absent]: Schemas['Recording'][Name] | null;
};
interface RecordingList {
  recordings: Recording[];
  next: string;
}
export type RecordingChange = Schemas['RecordingChange'];
export type RecordingSettings = Schemas['RecordingSettings'];
export type Sharing = Schemas['RecordingSharing'];
export type Audience = Sharing['with'];
export type Receipt = Schemas['RecordingReceipt'];
export type ConsentEvidence = Schemas['ConsentEvidence'];
export type MyConsent = Schemas['MyConsent'];
export type RecordingUse = Schemas['RecordingUse'];
export type View = Schemas['RecordingView'];

const at = (id: string) => ({ params: { path: { id } } });

/** The library of recordings. */
export const recordings = {
  list: (query: {
    search?: string;
    meeting?: string;
    limit?: number;
    cursor?: string;
    all?: boolean;
  }): Promise<RecordingList> => answer(client.GET('/api/v1/recordings', { params: { query } })),
  find: (id: string): Promise<Recording> => answer(client.GET('/api/v1/recordings/{id}', at(id))),
  change: (id: string, body: RecordingChange) =>
    answer(client.PATCH('/api/v1/recordings/{id}', { ...at(id), body })),
  delete: (id: string) => answer(client.DELETE('/api/v1/recordings/{id}', at(id))),

  makeLink: (id: string) => answer(client.POST('/api/v1/recordings/{id}/link', at(id))),
  withdrawLink: (id: string) => answer(client.DELETE('/api/v1/recordings/{id}/link', at(id))),
  hold: (id: string, reason: string) =>
    answer(client.POST('/api/v1/recordings/{id}/hold', { ...at(id), body: { reason } })),
  release: (id: string) => answer(client.DELETE('/api/v1/recordings/{id}/hold', at(id))),
  compose: (id: string, body: Schemas['Recomposition']) =>
    answer(client.POST('/api/v1/recordings/{id}/compose', { ...at(id), body })),

  consents: (id: string) => answer(client.GET('/api/v1/recordings/{id}/consents', at(id))),
  /** Where the same can be had as a file for a spreadsheet. */
  consentsFile: (id: string) => `/api/v1/recordings/${encodeURIComponent(id)}/consents.csv`,
  views: (id: string, cursor: string) =>
    answer(client.GET('/api/v1/recordings/{id}/views', { params: { path: { id }, query: { cursor } } })),
  withdraw: (id: string) => answer(client.POST('/api/v1/recordings/{id}/withdraw', at(id))),
  myConsents: () => answer(client.GET('/api/v1/account/consents')),

  /** What somebody with a link may know before they have given the passcode. */
  door: (id: string, secret: string) =>
    answer(client.POST('/api/v1/recordings/{id}/door', { ...at(id), body: { secret } })),
  /** Lets this browser watch for some hours. */
  open: (id: string, secret: string, passcode: string) =>
    answer(
      client.POST('/api/v1/recordings/{id}/open', {
        ...at(id),
        body: passcode === '' ? { secret } : { secret, passcode },
      }),
    ),
  /** The address of the bytes to play, for this viewer and some hours; it counts as having watched. */
  view: (id: string, asset?: string) =>
    answer(
      client.POST('/api/v1/recordings/{id}/views', { ...at(id), body: asset === undefined ? {} : { asset } }),
    ),
  /** The address of a picture of it. The id of its video is for the browser, which asks anew when that is another. */
  poster: (id: string, video: string) =>
    `/api/v1/recordings/${encodeURIComponent(id)}/poster#${encodeURIComponent(video)}`,
  /** The address of a file to keep, or how much of it is made when it is marked for this viewer. */
  download: (id: string, asset?: string) =>
    answer(
      client.POST('/api/v1/recordings/{id}/downloads', {
        ...at(id),
        body: asset === undefined ? {} : { asset },
      }),
    ),
};
