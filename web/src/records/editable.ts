// Whether a person may change a field here and now, and if not, why.
import type { Field, Obj } from '@/api/types';
import { kindOf } from '@/fields/registry';
import type { PathField } from './fieldPaths';

export type Fixed = 'past' | 'noRight' | 'computed' | 'masked' | 'system' | 'elsewhere';

export function fixedBecause(field: Field, object: Obj, past: boolean): Fixed | null {
  if (past) return 'past';
  if ((field as PathField).via) return 'elsewhere';
  if (!kindOf(field).Input) return 'computed';
  if (field.access === 'masked') return 'masked';
  if (field.system && field.key !== 'owner' && field.key !== 'department') return 'system';
  if (object.can && !object.can.update) return 'noRight';
  if (field.access === 'read') return 'noRight';
  return null;
}

/** For a new record what counts is the right to create. */
export function fillable(field: Field, object: Obj): boolean {
  const because = fixedBecause(field, { ...object, can: undefined }, false);
  return because === null;
}
