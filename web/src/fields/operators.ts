// Which comparisons each family of field types offers, and which of them want no value.
import type { Op } from '@/api/types';

const empties: Op[] = ['is_empty', 'is_not_empty'];

export const textOps: Op[] = [
  'contains',
  'not_contains',
  'eq',
  'ne',
  'starts_with',
  'not_starts_with',
  'ends_with',
  'not_ends_with',
  'in',
  'not_in',
  ...empties,
];
export const numberOps: Op[] = ['eq', 'ne', 'gt', 'gte', 'lt', 'lte', 'between', 'not_between', ...empties];
export const dateOps: Op[] = [
  'within',
  'eq',
  'ne',
  'lt',
  'lte',
  'gt',
  'gte',
  'between',
  'not_between',
  ...empties,
];
export const momentOps: Op[] = ['within', 'lt', 'lte', 'gt', 'gte', 'between', 'not_between', ...empties];
export const timeOps: Op[] = ['eq', 'ne', 'lt', 'lte', 'gt', 'gte', 'between', ...empties];
export const choiceOps: Op[] = ['eq', 'ne', 'in', 'not_in', ...empties];
export const manyOps: Op[] = ['has_any', 'has_all', 'has_none', ...empties];
export const refOps: Op[] = ['eq', 'ne', 'in', 'not_in', ...empties];
export const departmentOps: Op[] = ['eq', 'ne', 'in', 'not_in', 'under', 'not_under', ...empties];
export const switchOps: Op[] = ['eq'];
export const boolOps: Op[] = ['eq', ...empties];
export const addressOps: Op[] = ['contains', 'not_contains', ...empties];
export const emptyOps: Op[] = empties;

export const wantsNoValue = (op: Op) => op === 'is_empty' || op === 'is_not_empty';
export const wantsPair = (op: Op) => op === 'between' || op === 'not_between';
export const wantsList = (op: Op) => ['in', 'not_in', 'has_any', 'has_all', 'has_none'].includes(op);

const timeLike = new Set(['date', 'datetime', 'time']);
const spoken = new Set<Op>(['gt', 'gte', 'lt', 'lte', 'between', 'not_between']);

/** The key of the words for an operator: days say "before", numbers say "less than". */
export function opWords(op: Op, type: string): string {
  return timeLike.has(type) && spoken.has(op) ? `ops.time_${op}` : `ops.${op}`;
}
