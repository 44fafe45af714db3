// What a pasted block does to a table: texts are read by their columns, and one bad text stops all.
import { expect, it } from 'vitest';
import type { Obj, Rec } from '@/api/types';
import { pasteChanges } from './clipboard';

const object: Obj = {
  key: 'thing',
  fields: [
    { key: 'name', type: 'text', access: 'write' },
    { key: 'count', type: 'number', access: 'write' },
    {
      key: 'kind',
      type: 'choice',
      access: 'write',
      options: [{ key: 'a', label: { zh: '甲', en: 'First' } }],
    },
    { key: 'sum', type: 'formula', access: 'read' },
  ],
};
const columns = object.fields.map((field) => ({ field, width: 100 }));
const rows: Rec[] = [
  { id: '1', name: 'x' },
  { id: '2', name: 'y' },
];
const place = { timeZone: 'Asia/Shanghai', lang: 'zh' as const };
const at = (row: number) => rows[row];
const start = { top: 0, left: 0, bottom: 0, right: 0 };

it('reads each text by its column', () => {
  const plan = pasteChanges([['n', '1,234.5', '甲', '9']], start, columns, at, object, false, place);
  expect(plan.changes.map((c) => [c.field.key, c.value])).toEqual([
    ['name', 'n'],
    ['count', '1234.5'],
    ['kind', 'a'],
  ]);
});

it('names what cannot be read', () => {
  const plan = pasteChanges([['n', 'many']], start, columns, at, object, false, place);
  expect(plan.unread).toEqual(['many']);
});

it('fills a marked box with one value', () => {
  const plan = pasteChanges(
    [['z']],
    { top: 0, left: 0, bottom: 1, right: 0 },
    columns,
    at,
    object,
    false,
    place,
  );
  expect(plan.changes.map((c) => [c.record.id, c.value])).toEqual([
    ['1', 'z'],
    ['2', 'z'],
  ]);
});

it('changes nothing in the past', () => {
  expect(pasteChanges([['z']], start, columns, at, object, true, place).changes).toEqual([]);
});
