// Values as a save sends them: links by id, subform rows with the same care.
import type { Field, Value } from '@/api/types';
import { kindOf } from './registry';
import { refToWire } from './shapes/RefShape';
import { rowFields, rowsOf } from './shapes/SubformShape';

const refs = new Set(['link', 'person', 'people', 'department', 'departments']);

export function toWire(value: Value, field: Field): Value {
  if (value === undefined) return null;
  if (refs.has(field.type)) return refToWire(value, field);
  if (field.type === 'subform') {
    return rowsOf(value).map((row) => {
      const sent: Record<string, Value> = row.id ? { id: row.id } : {};
      for (const f of rowFields(field))
        if (kindOf(f).Input && f.key in row) sent[f.key] = toWire(row[f.key], f);
      return sent;
    });
  }
  if (typeof value === 'string' && value.trim() === '') return null;
  return value;
}

/** Whether two values mean the same to a person; a link is its id, whatever its title. */
export function sameValue(a: Value, b: Value, field: Field): boolean {
  return JSON.stringify(toWire(a, field) ?? null) === JSON.stringify(toWire(b, field) ?? null);
}
