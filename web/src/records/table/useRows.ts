// The rows of a list: pages fetched as they come into view, few of them kept in memory.
import { type QueryClient, useQueries, useQuery, useQueryClient } from '@tanstack/react-query';
import { useMemo } from 'react';
import { queryRecords } from '@/api/queries/records';
import type { Page, Query, Rec } from '@/api/types';
import { useLater } from '@/ui/useLater';
import { PAGE, pagesOf, totalOf } from './pages';

/** A page nobody looks at any more leaves memory after this while. */
const KEEP_MS = 45_000;
const STEADY_MS = 90;

export interface Rows {
  total: number;
  exact: boolean;
  /** Nothing is known yet: neither a row nor a count. */
  fresh: boolean;
  at: (index: number) => Rec | undefined;
  error: unknown;
  retry: () => void;
  updating: boolean;
  /** The moment looked at is so recent that something may still be written under it. */
  unsettled: boolean;
}

function keyOf(object: string, base: Query, page: number) {
  return ['records', object, 'page', base, page] as const;
}

/** Going down follows the cursor of the page above; a jump, or a page above that is out of date, uses the offset. */
function startOf(queries: QueryClient, object: string, base: Query, page: number): Partial<Query> {
  if (page === 0) return {};
  const above = queries.getQueryState<Page>(keyOf(object, base, page - 1));
  const usable = above?.data && !above.isInvalidated && above.fetchStatus === 'idle';
  const cursor = usable ? above.data?.next_cursor : null;
  return cursor ? { cursor } : { offset: page * PAGE };
}

export function useCount(object: string, base: Query, how: 'estimate' | 'exact', enabled = true) {
  return useQuery({
    queryKey: ['records', object, 'count', base.filter ?? null, base.as_of ?? null, how],
    queryFn: ({ signal }) =>
      queryRecords(
        object,
        { filter: base.filter, as_of: base.as_of, fields: base.fields?.slice(0, 1), limit: 1, count: how },
        signal,
      ).then((p) => p.count),
    placeholderData: (old) => old,
    enabled,
  });
}

export function useRows(
  object: string,
  base: Query,
  range: { first: number; last: number },
  how: 'estimate' | 'exact' = 'estimate',
  enabled = true,
): Rows {
  const queries = useQueryClient();
  const count = useCount(object, base, how, enabled);
  const estimate = count.data?.value ?? null;
  const wanted = pagesOf(range.first, range.last, estimate ?? range.last + 1);
  // While the scrollbar is being dragged pages fly past; only those it rests on are fetched.
  const steady = useLater(wanted.join(), STEADY_MS);
  const pages = steady.split(',').map(Number);

  const answers = useQueries({
    queries: pages.map((page) => ({
      queryKey: keyOf(object, base, page),
      queryFn: ({ signal }: { signal: AbortSignal }) =>
        queryRecords(object, { ...base, ...startOf(queries, object, base, page), limit: PAGE }, signal),
      gcTime: KEEP_MS,
      staleTime: 30_000,
      enabled,
    })),
  });

  const loaded = answers.flatMap((answer, i) =>
    answer.data
      ? [{ page: pages[i] ?? 0, rows: answer.data.records.length, more: answer.data.next_cursor !== null }]
      : [],
  );
  const { total, exact } = totalOf(estimate, loaded);
  const failed = answers.find((a) => a.isError);

  const at = useMemo(() => {
    return (index: number): Rec | undefined =>
      queries.getQueryData<Page>(keyOf(object, base, Math.floor(index / PAGE)))?.records[index % PAGE];
  }, [queries, object, base]);

  return {
    total,
    exact: exact || count.data?.exact === true,
    fresh: loaded.length === 0 && estimate === null && !failed,
    at,
    error: failed?.error ?? null,
    retry: () => {
      for (const answer of answers) void answer.refetch();
    },
    updating: answers.some((a) => a.isFetching),
    unsettled: answers.some((a) => a.data?.settled === false),
  };
}
