// The filter a person builds becomes the filter language, and comes back.
import { describe, expect, it } from 'vitest';
import type { Filter } from '@/api/types';
import {
  allOf,
  countRules,
  emptyGroup,
  fromFilter,
  type Group,
  isComplete,
  nextId,
  type Rule,
  toFilter,
  valueForOp,
} from './model';

const rule = (field: string, op: Rule['op'], value: unknown): Rule => ({
  kind: 'rule',
  id: nextId(),
  field,
  op,
  value,
});

describe('toFilter', () => {
  it('is nothing without conditions', () => {
    expect(toFilter(emptyGroup())).toBeNull();
  });

  it('needs no group around one condition', () => {
    const group: Group = { ...emptyGroup('or'), items: [rule('a', 'eq', '1')] };
    expect(toFilter(group)).toEqual({ field: 'a', op: 'eq', value: '1' });
  });

  it('joins conditions and groups', () => {
    const group: Group = {
      ...emptyGroup('and'),
      items: [
        rule('a', 'eq', 1),
        { ...emptyGroup('or'), items: [rule('b', 'is_empty', null), rule('c', 'in', ['x'])] },
      ],
    };
    expect(toFilter(group)).toEqual({
      and: [
        { field: 'a', op: 'eq', value: 1 },
        {
          or: [
            { field: 'b', op: 'is_empty' },
            { field: 'c', op: 'in', value: ['x'] },
          ],
        },
      ],
    });
  });

  it('leaves out what still lacks its value', () => {
    const group: Group = {
      ...emptyGroup(),
      items: [rule('a', 'contains', ''), rule('b', 'between', ['1', null])],
    };
    expect(toFilter(group)).toBeNull();
    expect(countRules(group)).toBe(0);
  });

  it('keeps false and zero as values', () => {
    expect(isComplete(rule('a', 'eq', false))).toBe(true);
    expect(isComplete(rule('a', 'eq', 0))).toBe(true);
  });
});

it('comes back as it went', () => {
  const filters: Filter[] = [
    { field: 'a', op: 'within', value: { last: 7, unit: 'day' } },
    {
      and: [
        { field: 'owner', op: 'eq', value: { me: true } },
        {
          or: [
            { field: 'b', op: 'gt', value: '5' },
            { field: 'c.d', op: 'is_not_empty' },
          ],
        },
      ],
    },
    {
      not: {
        or: [
          { field: 'a', op: 'eq', value: 1 },
          { field: 'b', op: 'eq', value: 2 },
        ],
      },
    },
    { not: { field: 'a', op: 'eq', value: 1 } },
  ];
  for (const filter of filters) expect(toFilter(fromFilter(filter))).toEqual(filter);
});

it('puts filters side by side without nesting', () => {
  const a: Filter = { field: 'a', op: 'eq', value: 1 };
  const b: Filter = { and: [{ field: 'b', op: 'eq', value: 2 }] };
  expect(allOf(a, null, b)).toEqual({ and: [a, { field: 'b', op: 'eq', value: 2 }] });
  expect(allOf(null, undefined)).toBeNull();
  expect(allOf(a)).toBe(a);
});

it('keeps a value where a new operator can use it', () => {
  expect(valueForOp('ne', 'eq', 'x', null)).toBe('x');
  expect(valueForOp('in', 'eq', 'x', null)).toEqual(['x']);
  expect(valueForOp('eq', 'in', ['x', 'y'], null)).toBe('x');
  expect(valueForOp('between', 'gt', '5', null)).toEqual([null, null]);
  expect(valueForOp('is_empty', 'eq', 'x', null)).toBeNull();
  expect(valueForOp('within', 'eq', '2026-01-01', null)).toBe('this_month');
});
