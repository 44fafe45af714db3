// Everything a list page knows: view, filter, sort, columns, and the ways to change them.
import { useCallback, useMemo, useState } from 'react';
import { useViews } from '@/api/queries/definitions';
import type { Filter, Obj, Query, Sort } from '@/api/types';
import { kindOf } from '@/fields/registry';
import { titleField } from '@/fields/shapes/RefPicker';
import { useSay } from '@/i18n/label';
import { type Catalog, pathLabel, resolve, searchFilter } from '@/records/fieldPaths';
import { allOf } from '@/records/filter/model';
import type { Column } from '@/records/table/layout';
import { useLater } from '@/ui/useLater';
import {
  differs,
  inOrder,
  keepLayout,
  keptLayout,
  type Layout,
  type ListSearch,
  merged,
  presetFilter,
  viewOf,
} from './listState';

/** About how wide a text stands at 14 pixels: Han letters are square, others about half as wide. */
function widthOfText(text: string): number {
  let width = 0;
  for (const letter of text) width += /[\u2e80-\uffef]/.test(letter) ? 14 : 8;
  return Math.min(width, 240);
}

export type Navigate = (change: Partial<ListSearch>, replace?: boolean) => void;

export function useList(object: Obj, catalog: Catalog, search: ListSearch, go: Navigate) {
  const say = useSay();
  const views = useViews(object.key);
  const sorted = useMemo(() => inOrder(views.data ?? []), [views.data]);
  const viewKey = viewOf(search.view, sorted);
  const view = sorted.find((v) => v.key === viewKey);
  const [layouts, setLayouts] = useState<Record<string, Partial<Layout> | null>>({});
  const slot = `${object.key}/${viewKey}`;
  const layout = slot in layouts ? (layouts[slot] ?? null) : keptLayout(object.key, viewKey);
  const state = useMemo(() => merged(object, view?.body, search, layout), [object, view, search, layout]);
  const text = useLater(search.q ?? '', 200);

  const arrange = useCallback(
    (part: Partial<Layout> | null, keep = true) => {
      const next = part === null ? null : { ...layout, ...part };
      setLayouts((before) => ({ ...before, [slot]: next }));
      if (keep) keepLayout(object.key, viewKey, next);
    },
    [layout, slot, object.key, viewKey],
  );

  const columns: Column[] = useMemo(
    () =>
      state.columns.flatMap((c) => {
        const field = resolve(c.field, object, catalog);
        if (!field) return [];
        const own = kindOf(field).width + (c.field === titleField(object) ? 40 : 0);
        return [{ field, width: c.width ?? Math.max(own, widthOfText(pathLabel(field, say)) + 56) }];
      }),
    [state.columns, object, catalog, say],
  );

  const filter = useMemo(
    () => allOf(presetFilter(viewKey), state.filter, searchFilter(text, object)),
    [viewKey, state.filter, text, object],
  );
  const base: Query = useMemo(
    () => ({
      filter,
      sort: state.sort,
      fields: [...new Set([titleField(object), ...columns.map((c) => c.field.key), 'version'])],
      as_of: search.at,
    }),
    [filter, state.sort, columns, search.at, object],
  );

  return {
    /** Until the views are known nobody knows which rows are wanted. */
    ready: !views.isPending,
    views: sorted,
    view,
    viewKey,
    state,
    columns,
    base,
    changed: differs(object, view?.body, state),
    setFilter: (next: Filter | null) => go({ f: JSON.stringify(next) }, true),
    setSort: (next: Sort[]) => go({ s: JSON.stringify(next) }, true),
    arrange,
    setWidth: (key: string, width: number, done: boolean) =>
      arrange({ columns: state.columns.map((c) => (c.field === key ? { ...c, width } : c)) }, done),
    forget: () => {
      arrange(null);
      go({ f: undefined, s: undefined }, true);
    },
  };
}

export type List = ReturnType<typeof useList>;
