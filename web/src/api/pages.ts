import { keepPreviousData, useInfiniteQuery, type InfiniteData } from '@tanstack/react-query';

/** One part of a list; `next` continues it, '' ends it. */
export interface Page {
  next: string;
}

/**
 * usePages reads a list that the server gives in parts; `itemsOf` takes the
 * items out of a part. While another list is asked for, the former stays.
 */
export function usePages<Part extends Page, Item>(
  key: readonly unknown[],
  read: (cursor: string) => Promise<Part>,
  itemsOf: (part: Part) => readonly Item[],
  /** Milliseconds after which it is read again; a function decides by what was read, false for not. */
  again?: number | ((items: readonly Item[]) => number | false),
) {
  const { data, ...query } = useInfiniteQuery<
    Part,
    Error,
    InfiniteData<Part, string>,
    readonly unknown[],
    string
  >({
    queryKey: key,
    queryFn: ({ pageParam }) => read(pageParam),
    initialPageParam: '',
    getNextPageParam: ({ next }) => (next === '' ? undefined : next),
    placeholderData: keepPreviousData,
    ...(again === undefined
      ? {}
      : {
          refetchInterval:
            typeof again === 'number'
              ? again
              : ({ state }) => again(state.data?.pages.flatMap(itemsOf) ?? []),
        }),
  });
  return { ...query, items: data?.pages.flatMap(itemsOf) };
}
