// Which ids of a history still want a title.
import { expect, it } from 'vitest';
import type { Field } from '@/api/types';
import { untitled } from './titles';

const link: Field = { key: 'account', type: 'link', to: 'account' };
const text: Field = { key: 'name', type: 'text' };

it('asks once for each id that came without a title', () => {
  const asked = untitled([
    { field: link, value: { id: 'b', title: null } },
    { field: link, value: { id: 'a', title: '' } },
    { field: link, value: { id: 'b', title: null } },
    { field: link, value: { id: 'c', title: '晨光' } },
    { field: link, value: null },
  ]);
  expect([...asked]).toEqual([['account', ['a', 'b']]]);
});

it('leaves fields alone that name no record', () => {
  expect(untitled([{ field: text, value: 'a' }]).size).toBe(0);
  expect(untitled([{ field: undefined, value: { id: 'a' } }]).size).toBe(0);
});
