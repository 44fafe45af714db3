// What a form of a new record begins with: defaults, then what the place it was opened from brings along.
import { useMemo } from 'react';
import { useMe } from '@/api/queries/session';
import type { Field, Obj, Value } from '@/api/types';
import { firstValue } from '@/fields/shapes/defaults';
import { usePlace } from '@/ui/place';
import { fillable } from '../editable';

function dice(): bigint {
  return crypto.getRandomValues(new BigUint64Array(1))[0] ?? 0n;
}

export function useStart(
  object: Obj,
  fields: Field[],
  defaults: Record<string, Value> | undefined,
  /** Each new record throws its own dice. */
  round: number,
): Record<string, Value> {
  const { timeZone } = usePlace();
  const me = useMe().data ?? null;
  // biome-ignore lint/correctness/useExhaustiveDependencies: another round begins anew
  return useMemo(() => {
    const values: Record<string, Value> = {};
    const maker = { me, zone: timeZone, now: new Date(), dice: dice() };
    for (const field of fields) {
      // What one may not fill in the server fills.
      const first = fillable(field, object) ? firstValue(field, maker) : undefined;
      if (first !== undefined) values[field.key] = first;
    }
    return { ...values, ...defaults };
  }, [object, fields, defaults, me, timeZone, round]);
}
