// Formulas while a person types: what is known here, what waits for the server, and what need not be asked.
import { describe, expect, it } from 'vitest';
import type { Field, Obj, Value } from '@/api/types';
import { check } from '@/formula';
import { fits, namesOf, nearNames, noNames } from './formulaNames';
import { type Live, liveOf, liveRow, pathsBehind } from './live';

const field = (key: string, type: string, more: Partial<Field> = {}): Field => ({ key, type, ...more });
const formula = (key: string, text: string, more: Partial<Field> = {}) =>
  field(key, 'formula', { formula: text, yields: 'number', ...more });

const lines = field('lines', 'subform', {
  fields: [
    field('price', 'money'),
    field('count', 'number'),
    field('sum', 'formula', { formula: 'ROUND(price * count, 2)' }),
  ],
});
const deal: Obj = {
  key: 'deal',
  fields: [
    field('amount', 'money', { label: { zh: '金额', en: 'Amount' } }),
    field('stage', 'choice', { label: '阶段', options: [{ key: 'won', label: { zh: '赢单', en: 'Won' } }] }),
    field('account', 'link', { to: 'account' }),
    field('level', 'lookup', { link: 'account', field: 'level' }),
    field('visits', 'rollup', { from: 'visit.deal', fn: 'count', yields: 'number' }),
    lines,
    formula('rate', 'IF(阶段 = "赢单", 100, 30)'),
    formula('weighted', '金额 * rate / 100'),
    formula('total', 'SUM(lines.sum)'),
    formula('far', 'account.size + 1'),
    formula('graded', 'level & "!"', { yields: 'text' }),
    formula('visited', 'visits + amount'),
    formula('alone', '1 + 1'),
  ],
};
const account: Obj = { key: 'account', fields: [field('size', 'number'), field('level', 'text')] };
const catalog = new Map([deal, account].map((o) => [o.key, o]));
const now = new Date('2026-03-15T02:30:00Z');

function live(values: Record<string, Value>, touched: string[] | 'all', behind?: Record<string, Value>) {
  const found = liveOf({
    owner: deal,
    catalog,
    values,
    touched: touched === 'all' ? 'all' : new Set(touched),
    behind: behind && new Map(Object.entries(behind)),
    zone: 'Asia/Shanghai',
    now,
  });
  return Object.fromEntries([...found].map(([k, v]: [string, Live]) => [k, v === 'later' ? v : v.value]));
}

describe('formulas while typing', () => {
  it('leaves alone what does not depend on the change', () => {
    expect(live({ amount: '5' }, [])).toEqual({});
    expect(live({ amount: '5', rate: '30' }, ['stage'])).toEqual({ rate: '30', weighted: '1.5' });
  });

  it('follows a formula into a formula, by label and by option', () => {
    const shown = live({ amount: '254500', stage: 'won', rate: '30' }, ['stage']);
    expect(shown).toEqual({ rate: '100', weighted: '254500' });
    expect(live({ amount: '10', rate: '30' }, ['amount'])).toMatchObject({ weighted: '3' });
  });

  it('sums the rows that stand in the form', () => {
    const rows = [
      { price: '2.50', count: '3' },
      { id: 'old', price: '1', count: '2', sum: '99' },
    ];
    expect(live({ lines: rows }, ['lines'])).toEqual({ total: '9.5' });
    const row = liveRow(lines, { price: '2.505', count: '1' }, { catalog, zone: 'Asia/Shanghai', now });
    expect(row.get('sum')).toEqual({ value: '2.51' });
  });

  it('waits for what only the server knows', () => {
    const chosen = { account: { id: 'a', title: 'A' } };
    expect(live(chosen, ['account'])).toEqual({ far: 'later', graded: 'later' });
    const known = live(chosen, ['account'], { 'account.size': '4', 'account.level': 'gold' });
    expect(known).toEqual({ far: '5', graded: 'gold!' });
    expect(live({ account: null }, ['account'])).toMatchObject({ far: '1' });
    expect(live({ amount: '1', visits: '2' }, ['amount'])).toMatchObject({ visited: '3' });
  });

  it('computes all it can for a new record', () => {
    expect(live({ amount: '100' }, 'all')).toEqual({
      rate: '30',
      weighted: '30',
      total: '0',
      far: '1',
      graded: '!',
      visited: 'later',
      alone: '2',
    });
  });

  it('knows what it must ask for behind links', () => {
    expect([...pathsBehind(deal, catalog)]).toEqual([['account', ['level', 'size']]]);
  });
});

describe('names', () => {
  it('tell the place of a mistake', () => {
    const { problems } = check('amount + 利润', namesOf(deal, catalog));
    expect(problems).toEqual([{ code: 'unknown_field', position: 10, name: '利润' }]);
  });

  it('are guessed when they are nearly right', () => {
    const owner = {
      key: 'x',
      fields: [field('win_rate', 'formula', { label: '赢率（%）' }), field('n', 'text')],
    };
    expect(nearNames(owner, '赢率').map((f) => f.key)).toEqual(['win_rate']);
    expect(nearNames(owner, '利润')).toEqual([]);
  });

  it('are none in a default', () => {
    expect(check('amount', noNames, 'default').problems[0]?.code).toBe('unknown_field');
    expect(check('RANDBETWEEN(1, 6)', noNames, 'default').problems).toEqual([]);
    expect(fits(field('x', 'number'), 'date')).toBe(false);
    expect(fits(field('x', 'text'), 'number')).toBe(true);
    expect(fits(field('x', 'person'), 'record')).toBe(true);
    expect(fits(field('x', 'people'), 'record')).toBe(true);
  });
});
