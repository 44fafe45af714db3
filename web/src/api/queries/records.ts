// Records of any object: pages, one record, history, why, sums, saves and undo.
import { type QueryClient, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { call, download, newKey, send } from '../client';
import type {
  Aggregate,
  History,
  Page,
  Query,
  Rec,
  SearchHit,
  Trashed,
  UndoResult,
  Value,
  Why,
} from '../types';

/** Set on a record of a moment so recent that it may still change. No field is called so. */
export const UNSETTLED = '$unsettled';

export const recordsKey = (object: string) => ['records', object] as const;
export const recordKey = (object: string, id: string, asOf?: string) =>
  ['records', object, 'one', id, asOf ?? null] as const;

export function queryRecords(object: string, query: Query, signal?: AbortSignal): Promise<Page> {
  return call<Page>('POST', `/records/${object}/query`, { body: query, signal });
}

/** A record is flat, so whether a past moment is settled stands in a header beside it. */
const unsettled = (response: Response) => response.headers.get('Kehub-Settled') === 'false';

/** Keeps the version the server gave in the ETag, which If-Match must name. */
export async function fetchRecord(object: string, id: string, asOf?: string, signal?: AbortSignal) {
  const response = await send('GET', `/records/${object}/${id}`, { query: { as_of: asOf }, signal });
  const record = withVersion((await response.json()) as Rec, response);
  return unsettled(response) ? { ...record, [UNSETTLED]: true } : record;
}

function withVersion(record: Rec, response: Response): Rec {
  if (record.version !== undefined) return record;
  const tag = /"?(\d+)/.exec(response.headers.get('ETag') ?? '');
  return tag ? { ...record, version: Number(tag[1]) } : record;
}

export function useRecord(object: string, id: string | undefined, asOf?: string) {
  return useQuery({
    queryKey: recordKey(object, id ?? '', asOf),
    queryFn: ({ signal }) => fetchRecord(object, id ?? '', asOf, signal),
    enabled: Boolean(id),
  });
}

export function useRecords(object: string, query: Query, enabled = true) {
  return useQuery({
    queryKey: ['records', object, 'list', query],
    queryFn: ({ signal }) => queryRecords(object, query, signal),
    enabled,
    placeholderData: (old) => old,
  });
}

export function useAggregate(object: string, aggregate: Aggregate, enabled = true) {
  return useQuery({
    queryKey: ['records', object, 'aggregate', aggregate],
    queryFn: ({ signal }) =>
      call<{ rows: Record<string, Value>[] }>('POST', `/records/${object}/aggregate`, {
        body: aggregate,
        signal,
      }).then((a) => a.rows),
    enabled,
    placeholderData: (old) => old,
  });
}

export function createRecord(object: string, values: Record<string, Value>, key: string): Promise<Rec> {
  return call<Rec>('POST', `/records/${object}`, { body: values, idempotencyKey: key });
}

export async function patchRecord(
  object: string,
  id: string,
  values: Record<string, Value>,
  ifMatch?: number,
): Promise<Rec> {
  const response = await send('PATCH', `/records/${object}/${id}`, { body: values, ifMatch });
  return withVersion((await response.json()) as Rec, response);
}

export function deleteRecord(object: string, id: string, ifMatch?: number) {
  return call('DELETE', `/records/${object}/${id}`, { ifMatch });
}

export interface BatchResult {
  results: { id: string; status: 'created' | 'updated' | 'unchanged' }[];
  commit?: string;
}

export function batchRecords(
  object: string,
  records: Record<string, Value>[],
  mode: 'create' | 'update' | 'upsert',
) {
  return call<BatchResult>('POST', `/records/${object}/batch`, {
    body: { records, mode },
    idempotencyKey: newKey(),
  });
}

/** Puts a saved record into every page that shows it, so that the new value stands before the refetch. */
export function placeRecord(queries: QueryClient, object: string, record: Rec) {
  queries.setQueriesData<Page>({ queryKey: ['records', object, 'page'] }, (page) =>
    page
      ? { ...page, records: page.records.map((r) => (r.id === record.id ? { ...r, ...record } : r)) }
      : page,
  );
  queries.setQueryData(recordKey(object, record.id), (old: Rec | undefined) =>
    old ? { ...old, ...record } : record,
  );
}

export function refetchRecords(queries: QueryClient, object: string) {
  return queries.invalidateQueries({ queryKey: recordsKey(object) });
}

export function useHistory(object: string, id: string, cursor?: string) {
  return useQuery({
    queryKey: ['records', object, 'history', id, cursor ?? null],
    queryFn: ({ signal }) =>
      call<History>('GET', `/records/${object}/${id}/history`, { query: { cursor }, signal }),
  });
}

export function fetchHistory(object: string, id: string, cursor?: string) {
  return call<History>('GET', `/records/${object}/${id}/history`, { query: { cursor } });
}

export function fetchWhy(object: string, id: string, field: string): Promise<Why> {
  return call<Why>('GET', `/records/${object}/${id}/why`, { query: { field } });
}

export function undoCommit(commit: string, conflicts: 'refuse' | 'skip' | 'overwrite', dryRun: boolean) {
  return call<UndoResult>('POST', `/commits/${commit}/undo`, { body: { dry_run: dryRun, conflicts } });
}

export function useUndo() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ commit, conflicts }: { commit: string; conflicts: 'refuse' | 'skip' | 'overwrite' }) =>
      undoCommit(commit, conflicts, false),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['records'] }),
  });
}

export function fetchTrash(object: string, cursor?: string) {
  return call<{ records: Trashed[]; next_cursor: string | null }>('GET', `/trash/${object}`, {
    query: { cursor },
  });
}

export const restoreRecord = (object: string, id: string) => call('POST', `/trash/${object}/${id}/restore`);

export function searchAll(text: string, signal?: AbortSignal) {
  return call<{ results: SearchHit[]; next_cursor: string | null }>('POST', '/search', {
    body: { text },
    signal,
  });
}

export interface ExportAsk {
  object: string;
  filter?: unknown;
  sort?: unknown;
  fields: string[];
  format: 'xlsx' | 'csv';
  ids?: string[];
}

/** Exports are small jobs of the server; the answer is the file itself. */
export function exportRecords(ask: ExportAsk, name: string) {
  return download('POST', '/exports', name, { body: ask });
}

export async function uploadFile(file: File, object: string, field: string) {
  const form = new FormData();
  // The server reads the parts as they come, so what is said about the file comes before it.
  form.set('object', object);
  form.set('field', field);
  form.set('file', file);
  return call<{ file: string; name: string; size: number; type: string }>('POST', '/files', { body: form });
}
