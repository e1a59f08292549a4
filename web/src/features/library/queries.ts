import { queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { textOf } from '@/api';
import { confirmed, NotConfirmed } from '@/api/confirm';
import { usePages } from '@/api/pages';
import { recordings } from '@/api/recordings';
import { toast } from '@/ui';
import { askAgain } from './making';

/** The beginning of every key of what is known of recordings. */
export const libraryKey = ['recordings'] as const;

/** A page of the list. */
const limit = 30;

export function useLibrary(search: string, meeting: string, all: boolean) {
  return usePages(
    [...libraryKey, 'list', search, meeting, all],
    (cursor) =>
      recordings.list({
        limit,
        ...(search !== '' && { search }),
        ...(meeting !== '' && { meeting }),
        ...(all && { all }),
        ...(cursor !== '' && { cursor }),
      }),
    (part) => part.recordings,
    askAgain,
  );
}

const one = (id: string) =>
  queryOptions({ queryKey: [...libraryKey, 'one', id], queryFn: () => recordings.find(id) });

export function useRecording(id: string, enabled = true) {
  return useQuery({
    ...one(id),
    enabled,
    refetchInterval: ({ state }) => (state.data === undefined ? false : askAgain([state.data])),
  });
}

export interface Change<Input, Output> {
  act: (input: Input) => Promise<Output>;
  onDone?: (output: Output, input: Input) => void;
  /** False where the form itself shows the failure. */
  toastsFailure?: boolean;
}

/** useChange changes something of recordings, with a fresh proof of identity where one is wanted. */
export function useChange<Input = void, Output = void>({
  act,
  onDone,
  toastsFailure = true,
}: Change<Input, Output>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (input: Input) => confirmed(() => act(input)),
    gcTime: 0, // an answer may hold a secret that is shown once
    onSuccess: async (output, input) => {
      onDone?.(output, input);
      await client.invalidateQueries({ queryKey: libraryKey });
    },
    onError: (error) => {
      if (toastsFailure && !(error instanceof NotConfirmed)) toast.show(textOf(error), { tone: 'danger' });
    },
  });
}
