// Field types: what they show, read, send and offer.
import { describe, expect, it } from 'vitest';
import type { Field } from '@/api/types';
import { newKeyFor } from './keys';
import { kindOf, kinds, opsOf } from './registry';
import { linesToOptions } from './shapes/options';
import { serialSample } from './shapes/SerialSettings';
import { sameValue, toWire } from './wire';

const place = { timeZone: 'Asia/Shanghai', lang: 'zh' as const };
const show = (field: Partial<Field> & { type: string }, value: unknown) =>
  kindOf(field).toText(value, { key: 'f', ...field }, place);
const take = (field: Partial<Field> & { type: string }, text: string) =>
  kindOf(field).fromText?.(text, { key: 'f', ...field }, place);

describe('every type', () => {
  it('shows nothing for nothing', () => {
    for (const kind of kinds)
      expect(kind.toText(null, { key: 'f', type: kind.key }, place), kind.key).toBe('');
  });
  it('can be filtered', () => {
    for (const kind of kinds) expect(opsOf({ key: 'f', type: kind.key }).length, kind.key).toBeGreaterThan(0);
  });
});

it('shows values as people read them', () => {
  expect(show({ type: 'money' }, '1234.5')).toBe('1,234.50');
  expect(show({ type: 'money', currency: 'USD' }, '5')).toBe('$ 5.00');
  expect(show({ type: 'number', percent: true }, '0.156')).toBe('15.6%');
  expect(show({ type: 'number', unit: '件' }, '1200')).toBe('1,200 件');
  expect(show({ type: 'number', plain: true }, '2026')).toBe('2026');
  expect(show({ type: 'datetime' }, '2026-01-31T16:30:00Z')).toBe('2026-02-01 00:30');
  expect(show({ type: 'formula' }, { error: '#DIV/0!' })).toBe('#DIV/0!');
  expect(show({ type: 'choice', options: [{ key: 'a', label: { zh: '甲', en: 'A' } }] }, 'a')).toBe('甲');
  expect(show({ type: 'link', to: 'x' }, { id: '1', title: '𠮷祥' })).toBe('𠮷祥');
});

it('reads what people paste', () => {
  expect(take({ type: 'number' }, '￥1,234.50')).toBe('1234.50');
  expect(take({ type: 'number', percent: true }, '15%')).toBe('0.15');
  expect(take({ type: 'number', percent: true }, '15')).toBe('0.15');
  expect(take({ type: 'date' }, '2026/3/5')).toBe('2026-03-05');
  expect(take({ type: 'date' }, '5/3')).toBeUndefined();
  expect(take({ type: 'datetime' }, '2026-02-01 00:30')).toBe('2026-01-31T16:30:00Z');
  expect(take({ type: 'switch' }, '是')).toBe(true);
  expect(take({ type: 'text' }, '=HYPERLINK("x")')).toBe('=HYPERLINK("x")');
});

it('sends links by id and says nothing of titles', () => {
  const link: Field = { key: 'l', type: 'link', to: 'x' };
  expect(toWire({ id: '1', title: 'A' }, link)).toBe('1');
  expect(toWire([{ id: '1', title: 'A' }], { ...link, many: true })).toEqual(['1']);
  expect(toWire(null, link)).toBeNull();
  expect(sameValue({ id: '1', title: 'A' }, { id: '1', title: 'renamed' }, link)).toBe(true);
  const rows: Field = { key: 'r', type: 'subform', fields: [{ key: 'l', type: 'link', to: 'x' }] };
  expect(toWire([{ id: 'r1', l: { id: '2', title: 'B' }, extra: 1 }], rows)).toEqual([{ id: 'r1', l: '2' }]);
});

it('turns lines into options and keeps the keys of those that stay', () => {
  const before = [
    { key: 'a', label: '甲' },
    { key: 'b', label: '乙' },
  ];
  const after = linesToOptions('乙\nThird one\n丙\n乙', before);
  expect(after.map((o) => [o.key, o.retired ?? false])).toEqual([
    ['b', false],
    ['third_one', false],
    ['option_5', false],
    ['a', true],
  ]);
});

it('makes keys nobody has', () => {
  expect(newKeyFor('Web Site', [], 'x')).toBe('web_site');
  expect(newKeyFor('名称', [], 'field')).toBe('field_1');
  expect(newKeyFor('名称', [{ key: 'field_1' }], 'field')).toBe('field_2');
});

it('shows how the next serial number looks', () => {
  const parts = [{ text: 'HT-' }, { date: 'yyyymm' }, { count: { digits: 4, start: 7 } }];
  expect(serialSample(parts, new Date(2026, 10, 23))).toBe('HT-2026110007');
});
