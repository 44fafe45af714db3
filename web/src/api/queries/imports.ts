// Imports: a job that the server keeps; the page only shows it and says what comes next.
import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import type { Fate, ImportJob, ImportRow, Mapping } from '../admin-types';
import { call, download } from '../client';
import type { Field, Label } from '../types';

const POLL_MS = 700;
export const importKey = (id: string) => ['imports', id] as const;
export const isBusy = (job: ImportJob) => ['waiting', 'reading', 'running'].includes(job.state);

/** `busy` also covers a dry run that was asked for and has not ended. */
export function useImport(id: string | undefined, busy = false) {
  return useQuery({
    queryKey: importKey(id ?? ''),
    queryFn: () => call<ImportJob>('GET', `/imports/${id}`),
    enabled: Boolean(id),
    refetchInterval: (query) => (busy || (query.state.data && isBusy(query.state.data)) ? POLL_MS : false),
  });
}

export function startImport(file: File, object: string | null): Promise<ImportJob> {
  const form = new FormData();
  // The server reads the parts as they come, so what is said about the file comes before it.
  if (object) form.set('object', object);
  form.set('file', file);
  return call<ImportJob>('POST', '/imports', { body: form });
}

export interface ImportChange {
  sheet?: string;
  header_row?: number;
  encoding?: string;
  object?: string;
  mapping?: Mapping;
  new_object?: { key: string; label: Label; fields: Partial<Field>[] };
}

export const changeImport = (id: string, body: ImportChange) =>
  call<ImportJob>('PATCH', `/imports/${id}`, { body });
export const dryRunImport = (id: string) => call<ImportJob>('POST', `/imports/${id}/dry_run`);
export const runImport = (id: string) => call<ImportJob>('POST', `/imports/${id}/run`);
export const undoImport = (id: string, conflicts?: 'skip' | 'overwrite') =>
  call<ImportJob>('POST', `/imports/${id}/undo`, { body: conflicts ? { conflicts } : {} });
export const downloadFailures = (id: string, name: string) =>
  download('GET', `/imports/${id}/failures`, name);

export function useImportRows(id: string, fate: Fate | undefined, enabled: boolean) {
  return useInfiniteQuery({
    queryKey: ['imports', id, 'rows', fate ?? 'all'],
    queryFn: ({ pageParam }) =>
      call<{ rows: ImportRow[]; next_cursor: string | null }>('GET', `/imports/${id}/rows`, {
        query: { fate, cursor: pageParam },
      }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    enabled,
  });
}

export function usePlaceImport() {
  const queries = useQueryClient();
  return (job: ImportJob) => queries.setQueryData(importKey(job.id), job);
}
