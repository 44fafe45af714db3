// The filter a person builds, as a tree of groups and conditions, to and from the filter language of the server.
import type { Filter, Op, Value } from '@/api/types';
import { wantsList, wantsNoValue, wantsPair } from '@/fields/operators';

export interface Rule {
  kind: 'rule';
  id: number;
  field: string;
  op: Op;
  value: Value;
}

export interface Group {
  kind: 'group';
  id: number;
  join: 'and' | 'or';
  /** True when none of what is inside may hold. */
  not?: boolean;
  items: (Rule | Group)[];
}

let last = 0;
export function nextId(): number {
  last += 1;
  return last;
}

export const emptyGroup = (join: 'and' | 'or' = 'and'): Group => ({
  kind: 'group',
  id: nextId(),
  join,
  items: [],
});

/** A condition that still lacks its value is left out rather than sent. */
export function isComplete(rule: Rule): boolean {
  if (!rule.field) return false;
  if (wantsNoValue(rule.op)) return true;
  const { value } = rule;
  if (wantsPair(rule.op)) return Array.isArray(value) && isFilled(value[0]) && isFilled(value[1]);
  if (wantsList(rule.op)) return Array.isArray(value) && value.length > 0;
  return isFilled(value);
}

function isFilled(value: Value): boolean {
  return value !== null && value !== undefined && value !== '';
}

export function toFilter(group: Group): Filter | null {
  const parts: Filter[] = [];
  for (const item of group.items) {
    const part = item.kind === 'group' ? toFilter(item) : ruleToFilter(item);
    if (part) parts.push(part);
  }
  const first = parts[0];
  if (!first) return null;
  const joined: Filter = parts.length === 1 ? first : group.join === 'and' ? { and: parts } : { or: parts };
  return group.not ? { not: joined } : joined;
}

function ruleToFilter(rule: Rule): Filter | null {
  if (!isComplete(rule)) return null;
  const { field, op, value } = rule;
  return wantsNoValue(op) ? { field, op } : { field, op, value };
}

export function fromFilter(filter: Filter | null | undefined): Group {
  if (!filter) return emptyGroup();
  const read = item(filter);
  return read.kind === 'group' ? read : { ...emptyGroup(), items: [read] };
}

function item(filter: Filter): Rule | Group {
  if ('and' in filter) return { ...emptyGroup('and'), items: filter.and.map(item) };
  if ('or' in filter) return { ...emptyGroup('or'), items: filter.or.map(item) };
  if ('not' in filter) {
    const inner = item(filter.not);
    if (inner.kind === 'group' && !inner.not) return { ...inner, not: true };
    return { ...emptyGroup(), not: true, items: [inner] };
  }
  return { kind: 'rule', id: nextId(), field: filter.field, op: filter.op, value: filter.value ?? null };
}

export function countRules(group: Group): number {
  return group.items.reduce(
    (sum, i) => sum + (i.kind === 'group' ? countRules(i) : isComplete(i) ? 1 : 0),
    0,
  );
}

export function allOf(...filters: (Filter | null | undefined)[]): Filter | null {
  const parts = filters.filter((f): f is Filter => Boolean(f));
  if (parts.length <= 1) return parts[0] ?? null;
  return { and: parts.flatMap((p) => ('and' in p ? p.and : [p])) };
}

/** Changing the operator keeps the value where it still means something. */
export function valueForOp(op: Op, before: Op, value: Value, seed: Value): Value {
  if (wantsNoValue(op)) return null;
  const shape = (o: Op) =>
    o === 'within' ? 'within' : wantsPair(o) ? 'pair' : wantsList(o) ? 'list' : 'one';
  if (shape(op) === shape(before) && !wantsNoValue(before)) return value;
  if (op === 'within') return 'this_month';
  if (wantsList(op)) return shape(before) === 'one' && isFilled(value) ? [value] : [];
  if (wantsPair(op)) return [null, null];
  if (shape(before) === 'list' && Array.isArray(value)) return value[0] ?? null;
  return seed;
}
