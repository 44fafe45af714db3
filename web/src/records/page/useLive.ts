// The formulas of a form while it is being filled in, with what they read behind links fetched as the links are chosen.
import { useQueries } from '@tanstack/react-query';
import { useMemo } from 'react';
import { queryRecords } from '@/api/queries/records';
import type { Obj, Value } from '@/api/types';
import { kindOf } from '@/fields/registry';
import { type Live, liveOf, pathsBehind } from '@/fields/shapes/live';
import { isMany, refsOf, targetOf } from '@/fields/shapes/RefShape';
import { sameValue } from '@/fields/wire';
import { usePlace } from '@/ui/place';
import type { Catalog } from '../fieldPaths';

export type { Live } from '@/fields/shapes/live';

/** `start` is what the server said of a record that exists; a new record has none. */
export function useLive(
  object: Obj,
  catalog: Catalog,
  values: Record<string, Value>,
  start: Record<string, Value> | null,
): Map<string, Live> {
  const { timeZone } = usePlace();
  const wanted = useMemo(
    () =>
      [...pathsBehind(object, catalog)].flatMap(([key, paths]) => {
        const link = object.fields.find((f) => f.key === key);
        return link && !isMany(link) ? [{ key, paths, target: targetOf(link) }] : [];
      }),
    [object, catalog],
  );
  const behind = useQueries({
    queries: wanted.map(({ key, paths, target }) => {
      const id = refsOf(values[key])[0]?.id;
      return {
        queryKey: ['records', target, 'behind', id ?? null, paths],
        queryFn: ({ signal }: { signal: AbortSignal }) =>
          queryRecords(
            target,
            { filter: { field: 'id', op: 'eq', value: id }, fields: paths, limit: 1 },
            signal,
          ).then((page) =>
            page.records.flatMap((r) => paths.map((p): [string, Value] => [`${key}.${p}`, r[p] ?? null])),
          ),
        enabled: id !== undefined,
        staleTime: 30_000,
        retry: false,
      };
    }),
    combine: (answers) => answers.flatMap((a) => a.data ?? []),
  });
  return useMemo(() => {
    const touched = start
      ? new Set(
          object.fields
            .filter((f) => kindOf(f).Input && !sameValue(values[f.key] ?? null, start[f.key] ?? null, f))
            .map((f) => f.key),
        )
      : ('all' as const);
    if (touched !== 'all' && touched.size === 0) return new Map();
    return liveOf({
      owner: object,
      catalog,
      values,
      touched,
      behind: new Map(behind),
      zone: timeZone,
      now: new Date(),
    });
  }, [object, catalog, values, start, behind, timeZone]);
}
