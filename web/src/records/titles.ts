// Links in history come as bare ids where only the id was written; here they get the titles of today.
import { useQueries } from '@tanstack/react-query';
import { useCallback, useMemo } from 'react';
import { queryRecords } from '@/api/queries/records';
import type { Field, Value } from '@/api/types';
import { titleField, titleOf } from '@/fields/shapes/RefPicker';
import { refsOf, targetOf } from '@/fields/shapes/RefShape';
import type { Catalog } from './fieldPaths';

const refs = new Set(['link', 'person', 'people', 'department', 'departments']);
const MOST = 500;

export interface Told {
  field: Field | undefined;
  value: Value;
}

/** The ids without a title, by the object they belong to. */
export function untitled(told: Told[]): Map<string, string[]> {
  const found = new Map<string, Set<string>>();
  for (const { field, value } of told) {
    if (!field || !refs.has(field.type) || !value) continue;
    for (const ref of refsOf(value)) {
      if (ref.title) continue;
      const ids = found.get(targetOf(field)) ?? new Set();
      found.set(targetOf(field), ids.add(ref.id));
    }
  }
  return new Map([...found].map(([object, ids]) => [object, [...ids].sort().slice(0, MOST)]));
}

/** Answers a function that puts the titles in; until they are known a value stays as it came. */
export function useTitled(told: Told[], catalog: Catalog): (value: Value, field: Field | undefined) => Value {
  const wanted = [...untitled(told)].filter(([object]) => catalog.has(object));
  const titles = useQueries({
    queries: wanted.map(([key, ids]) => {
      const object = catalog.get(key);
      return {
        queryKey: ['records', key, 'titles', ids],
        queryFn: ({ signal }: { signal: AbortSignal }) =>
          queryRecords(
            key,
            {
              filter: { field: 'id', op: 'in', value: ids },
              fields: [titleField(object)],
              limit: ids.length,
            },
            signal,
          ).then((page) => page.records.map((r): [string, string] => [r.id, titleOf(r, object)])),
        staleTime: 60_000,
      };
    }),
    combine: (answers) => answers.flatMap((a) => a.data ?? []),
  });
  const byId = useMemo(() => new Map(titles), [titles]);
  return useCallback(
    (value, field) => {
      if (!field || !refs.has(field.type) || !value) return value;
      const named = refsOf(value).map((r) => ({ id: r.id, title: r.title || (byId.get(r.id) ?? '') }));
      return Array.isArray(value) ? named : (named[0] ?? null);
    },
    [byId],
  );
}
