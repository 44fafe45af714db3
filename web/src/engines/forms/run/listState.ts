// The state of a list: what the saved view says, and over it what the URL says.
import type { Definition, ViewBody } from '@/api/admin-types';
import type { Filter, Obj, Sort } from '@/api/types';
import { firstColumns } from '@/records/fieldPaths';
import type { RowHeight } from '@/records/table/layout';

export interface ListSearch {
  view?: string;
  /** Filter and sort as JSON, only where they differ from the view. */
  f?: string;
  s?: string;
  q?: string;
  at?: string;
  /** The open record: `id`, `new`, or `object:id` for a record of another object. */
  r?: string;
  tab?: string;
}

export interface Layout {
  columns: { field: string; width?: number }[];
  frozen: number;
  rowHeight: RowHeight;
  footer: Record<string, string>;
}

export interface ListState extends Layout {
  filter: Filter | null;
  sort: Sort[];
}

export const ALL = 'all';
export const MINE = 'mine';

export function parse<T>(text: string | undefined): T | undefined {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as T;
  } catch {
    return undefined;
  }
}

export function stateOfView(object: Obj, view: ViewBody | undefined): ListState {
  return {
    filter: view?.filter ?? null,
    sort: view?.sort ?? [],
    columns: view?.columns?.length ? view.columns : firstColumns(object),
    frozen: view?.frozen ?? 1,
    rowHeight: view?.row_height ?? 'medium',
    footer: view?.footer ?? {},
  };
}

export function merged(
  object: Obj,
  view: ViewBody | undefined,
  search: ListSearch,
  layout: Partial<Layout> | null,
): ListState {
  const base = stateOfView(object, view);
  const filter = parse<Filter | null>(search.f);
  const sort = parse<Sort[]>(search.s);
  const known = new Set(object.fields.filter((f) => f.state !== 'retired').map((f) => f.key));
  const state = {
    ...base,
    ...layout,
    filter: filter === undefined ? base.filter : filter,
    sort: sort ?? base.sort,
  };
  const columns = state.columns.filter((c) => known.has(c.field.split('.')[0] ?? ''));
  return { ...state, columns: columns.length ? columns : firstColumns(object) };
}

const isMine = (filter: Filter | null | undefined) =>
  JSON.stringify(filter ?? null) === JSON.stringify(presetFilter(MINE));

/** The tabs everybody has, each with the view of a solution that says the same better, if there is one. */
export function standIns(views: Definition<ViewBody>[]): { all?: string; mine?: string } {
  const shared = views.filter((v) => v.body.shared && v.solution && v.solution !== 'local');
  return {
    all: shared.find((v) => !v.body.filter)?.key,
    mine: shared.find((v) => isMine(v.body.filter))?.key,
  };
}

/** The view an address means: none is the first tab. */
export function viewOf(said: string | undefined, views: Definition<ViewBody>[]): string {
  const stands = standIns(views);
  if (said === undefined || said === ALL) return stands.all ?? ALL;
  return said === MINE ? (stands.mine ?? MINE) : said;
}

/** Views in the order a solution gives them, then as they came. */
export function inOrder(views: Definition<ViewBody>[]): Definition<ViewBody>[] {
  const place = (v: Definition<ViewBody>) => v.body.order ?? Number.MAX_SAFE_INTEGER;
  return [...views].sort((a, b) => place(a) - place(b));
}

export function presetFilter(view: string | undefined): Filter | null {
  return view === MINE ? { field: 'owner', op: 'eq', value: { me: true } } : null;
}

export function bodyOf(object: Obj, state: ListState, label: ViewBody['label'], shared: boolean): ViewBody {
  return {
    object: object.key,
    label,
    shared,
    columns: state.columns,
    frozen: state.frozen,
    filter: state.filter,
    sort: state.sort,
    footer: state.footer,
    row_height: state.rowHeight,
  };
}

/** Whether what is seen is no longer what the view says. */
export function differs(object: Obj, view: ViewBody | undefined, state: ListState): boolean {
  const plain = (s: ListState) =>
    JSON.stringify([s.filter, s.sort, s.columns, s.frozen, s.rowHeight, s.footer]);
  return plain(stateOfView(object, view)) !== plain(state);
}

export function parseOpen(r: string | undefined, object: string): { object: string; id: string } | null {
  if (!r) return null;
  const at = r.indexOf(':');
  return at < 0 ? { object, id: r } : { object: r.slice(0, at), id: r.slice(at + 1) };
}

const keptKey = (object: string, view: string) => `kehub.layout.${object}.${view}`;

/** How a person left the columns, kept on this machine until they save the view. */
export function keptLayout(object: string, view: string): Partial<Layout> | null {
  return parse<Partial<Layout>>(localStorage.getItem(keptKey(object, view)) ?? undefined) ?? null;
}

export function keepLayout(object: string, view: string, layout: Partial<Layout> | null): void {
  if (layout) localStorage.setItem(keptKey(object, view), JSON.stringify(layout));
  else localStorage.removeItem(keptKey(object, view));
}
