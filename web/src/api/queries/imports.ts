// Imports: a job that the server keeps; the page only shows it and says what comes next.
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import type { Fate, ImportJob, ImportRow, Mapping } from '../admin-types';
import { call, download } from '../client';
import type { Field, Label } from '../types';

const POLL_MS = 700;
const IDLE_MS = 5_000;
export const importKey = (id: string) => ['imports', id] as const;

/** `moving` says whether a job is under way, so that the page asks often only while something happens. */
export function useImport(id: string, moving: (job: ImportJob) => boolean) {
  return useQuery({
    queryKey: importKey(id),
    queryFn: () => call<ImportJob>('GET', `/imports/${id}`),
    refetchInterval: (query) => (query.state.data && !moving(query.state.data) ? IDLE_MS : POLL_MS),
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
  object?: string;
  /** The whole mapping; where the table stands in the file (sheet, head row, encoding) is part of it. */
  mapping?: Mapping;
  new_object?: { key: string; label: Label; title?: string; fields: Partial<Field>[] };
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
