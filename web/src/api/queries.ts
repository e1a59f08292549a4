import { QueryClient, queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api, type Meeting, type MeetingChange } from './client';
import { ApiFault } from './fault';

/** makeQueryClient holds what the pages know of the server. */
export function makeQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 30_000,
        // Only what may heal by itself is tried again: no answer, or an answer of a server in trouble.
        retry: (failures, error) =>
          failures < 2 && error instanceof ApiFault && (error.status === 0 || error.status >= 500),
      },
      mutations: { retry: false },
    },
  });
}

const server = queryOptions({ queryKey: ['server'], queryFn: api.server, staleTime: Infinity });
const session = queryOptions({ queryKey: ['session'], queryFn: api.session, staleTime: 60_000 });
const meetings = queryOptions({
  queryKey: ['meetings'],
  queryFn: api.meetings,
  refetchInterval: 15_000, // people come and go
});

export const useServer = () => useQuery(server);
/** Who is signed in in this browser; null for nobody. */
export const useSession = () => useQuery({ ...session, select: ({ user }) => user });
/** How they are signed in. */
export const useSessionState = () => useQuery(session);
export const useMeetings = () => useQuery(meetings);

/** useSignedIn tells every page that somebody is signed in now, once they know how. */
export function useSignedIn(): () => Promise<void> {
  const client = useQueryClient();
  return () =>
    client.query({ ...session, staleTime: 0 }).then(
      () => undefined,
      () => client.removeQueries({ queryKey: session.queryKey, exact: true }), // the next page asks again
    );
}

export function useSetUp() {
  const client = useQueryClient();
  const signedIn = useSignedIn();
  return useMutation({
    mutationFn: api.setUp,
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: server.queryKey });
      await signedIn();
    },
  });
}

export function useSignOut() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: api.signOut,
    onSuccess: () => {
      // Nothing of the one who was here stays for the next.
      client.removeQueries({
        predicate: ({ queryKey }) => queryKey[0] !== 'server' && queryKey[0] !== 'session',
      });
      return client.query({ ...session, staleTime: 0 });
    },
  });
}

export function useCreateMeeting() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: api.createMeeting,
    onSuccess: (made) => {
      client.setQueryData(meetings.queryKey, (present) => [made, ...(present ?? [])]);
    },
  });
}

export function useChangeMeeting() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ id, change }: { id: string; change: MeetingChange }) => api.changeMeeting(id, change),
    onSuccess: (changed) => {
      client.setQueryData(meetings.queryKey, (present) =>
        present?.map((meeting) => (meeting.id === changed.id ? changed : meeting)),
      );
    },
  });
}

/** useDropMeeting takes a meeting out of the list that is shown; the server is told elsewhere. */
export function useDropMeeting(): (id: string) => void {
  const client = useQueryClient();
  return (id) =>
    client.setQueryData(meetings.queryKey, (present: Meeting[] | undefined) =>
      present?.filter((meeting) => meeting.id !== id),
    );
}
