// The case file that Rust, SQL and the browser share.
import { describe, expect, test } from 'vitest';
import cases from '../../../crates/model/src/formula/cases.json';
import {
  type Around,
  check,
  evaluate,
  fromWire,
  functions,
  type Names,
  parse,
  print,
  type Type,
  toWire,
  typeText,
} from '.';
import { themes } from './themes';

interface Case {
  formula: string;
  fields: Record<string, unknown>;
  [key: string]: unknown;
}

interface Field {
  is: Type;
  value: unknown;
  key: string;
  scale?: number;
  options?: Record<string, string>;
}

function typeNamed(name: string): Type {
  return name.startsWith('[') ? { list: typeNamed(name.slice(1, -1)) } : (name as Type);
}

function typeOf(json: unknown): Type {
  if (json === null) return 'any';
  if (typeof json === 'boolean') return 'bool';
  if (typeof json === 'number') return 'number';
  if (Array.isArray(json)) return { list: json.map(typeOf).find((is) => is !== 'any') ?? 'any' };
  if (typeof json === 'object') return 'json';
  const text = String(json);
  if (/^\d{4}-\d\d-\d\d$/.test(text)) return 'date';
  if (/^\d{4}-\d\d-\d\dT.*Z$/.test(text)) return 'datetime';
  if (/^\d\d:\d\d:\d\d$/.test(text)) return 'time';
  return /^[0-9a-f]{8}-[0-9a-f]{4}-/.test(text) ? 'record' : 'text';
}

/** A field of a case: a value that tells its type, or `{"type": …, "value": …}`. */
function fieldOf(name: string, json: unknown): Field {
  if (typeof json === 'object' && json !== null && 'type' in json) {
    const told = json as unknown as Field & { type: string };
    return { ...told, is: typeNamed(told.type), key: told.key ?? name };
  }
  return { is: typeOf(json), value: json, key: name };
}

function namesOf(fields: Map<string, Field>): Names {
  const keyed = (path: string[]) => [...fields.values()].find(({ key }) => key === path.join('.'));
  return {
    field: (path) => {
      const field = fields.get(path.join('.'));
      return field && { path: field.key.split('.'), is: field.is, scale: field.scale };
    },
    option: (path, label) => keyed(path)?.options?.[label],
  };
}

/** What is wanted, written as the twin writes values. */
function wanted(json: unknown, is: Type): unknown {
  if (typeof json === 'object' && json !== null && 'number' in json) return json.number;
  return toWire(fromWire(json, is));
}

function holds(row: Case) {
  const fields = new Map(Object.entries(row.fields ?? {}).map(([name, json]) => [name, fieldOf(name, json)]));
  const { formula, problems } = check(
    row.formula,
    namesOf(fields),
    row.place === 'default' ? 'default' : 'field',
  );
  const expected = row.problem === undefined ? [] : [row.problem].flat();
  expect(problems.map(({ code, position }) => ({ code, position }))).toEqual(expected);
  if (!formula) return;
  const around: Around = {
    now: new Date(String(row.now ?? '2026-03-15T02:30:00Z')),
    zone: String(row.zone ?? 'Asia/Shanghai'),
    me: { id: '01980000-0000-7000-8000-000000000001', name: '张三', department: '销售部' },
    dice: 7n,
  };
  const byKey = new Map([...fields.values()].map((field) => [field.key, field.value]));
  const value = evaluate(formula, { get: (path) => byKey.get(path.join('.')) }, around);
  if ('value' in row) expect(toWire(value)).toEqual(wanted(row.value, formula.yields));
  if ('yields' in row) expect(typeText(formula.yields)).toBe(row.yields);
  if ('print' in row) expect(print(formula.ast)).toBe(row.print);
  if ('normalized' in row) expect(formula.normalized).toBe(row.normalized);
  if ('scale' in row) expect(formula.scale ?? 'none').toBe(row.scale);
  if ('volatile' in row) expect(formula.volatile).toBe(row.volatile);
  if ('references' in row) {
    expect(formula.references.map((path) => path.join('.')).join(' ')).toBe(row.references);
  }
  expect(print(parse(print(formula.ast)))).toBe(print(formula.ast));
}

describe('formulas', () => {
  const rows = (cases as unknown[]).filter(
    (row): row is Case => typeof row === 'object' && row !== null && 'formula' in row,
  );
  test.each(rows.map((row, n) => [row.formula.slice(0, 60), n, row] as const))('%s (%i)', (_, _n, row) =>
    holds(row),
  );

  test('all functions of the table work here', () => {
    for (const { name } of functions)
      expect(themes.plain[name] ?? themes.lazy[name], name).toBeTypeOf('function');
  });
});
