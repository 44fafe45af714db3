// A list is what its view says, and over it what the address says.
import { expect, it } from 'vitest';
import type { ViewBody } from '@/api/admin-types';
import type { Obj } from '@/api/types';
import { differs, inOrder, merged, parseOpen, presetFilter, stateOfView, viewOf } from './listState';

const object: Obj = {
  key: 'thing',
  title: 'name',
  fields: [
    { key: 'name', type: 'text' },
    { key: 'size', type: 'number' },
    { key: 'owner', type: 'person', system: true },
  ],
};
const view: ViewBody = {
  object: 'thing',
  label: 'Big',
  shared: true,
  columns: [{ field: 'size' }, { field: 'gone' }],
  filter: { field: 'size', op: 'gt', value: '5' },
  sort: [{ field: 'size', dir: 'desc' }],
};

it('shows the title first when nobody chose columns', () => {
  expect(stateOfView(object, undefined).columns).toEqual([
    { field: 'name' },
    { field: 'size' },
    { field: 'owner' },
  ]);
});

it('puts the address over the view', () => {
  expect(merged(object, view, {}, null).filter).toEqual(view.filter);
  expect(merged(object, view, { f: 'null' }, null).filter).toBeNull();
  expect(merged(object, view, { s: '[]' }, null).sort).toEqual([]);
  expect(merged(object, view, { f: 'not json' }, null).filter).toEqual(view.filter);
});

it('leaves out columns whose field is gone', () => {
  expect(merged(object, view, {}, null).columns).toEqual([{ field: 'size' }]);
});

it('knows when it is no longer the view', () => {
  const kept = { ...view, columns: [{ field: 'size' }] };
  expect(differs(object, kept, merged(object, kept, {}, null))).toBe(false);
  expect(differs(object, kept, merged(object, kept, { f: 'null' }, null))).toBe(true);
});

it('opens records of this and of other objects', () => {
  expect(parseOpen('7', 'thing')).toEqual({ object: 'thing', id: '7' });
  expect(parseOpen('other:7', 'thing')).toEqual({ object: 'other', id: '7' });
  expect(parseOpen(undefined, 'thing')).toBeNull();
});

it('knows whose records are mine', () => {
  expect(presetFilter('mine')).toEqual({ field: 'owner', op: 'eq', value: { me: true } });
  expect(presetFilter('all')).toBeNull();
});

const named = (key: string, body: Partial<ViewBody>) => ({
  key,
  solution: 'crm',
  body: { ...view, filter: null, ...body },
});

it('lets the view of a solution stand for the built-in tab of all, or of mine', () => {
  const mine = named('lead_mine', { filter: presetFilter('mine') });
  const all = named('lead_all', {});
  expect(viewOf(undefined, [mine, all])).toBe('lead_all');
  expect(viewOf('mine', [mine, all])).toBe('lead_mine');
  expect(viewOf('lead_all', [mine, all])).toBe('lead_all');
  expect(viewOf('mine', [all])).toBe('mine');
  expect(viewOf(undefined, [named('own', { shared: false })])).toBe('all');
  expect(viewOf(undefined, [{ ...all, solution: 'local' }])).toBe('all');
});

it('puts the views of a solution in its order, others behind', () => {
  const views = [named('c', {}), named('b', { order: 2 }), named('a', { order: 1 }), named('d', {})];
  expect(inOrder(views).map((v) => v.key)).toEqual(['a', 'b', 'c', 'd']);
});
