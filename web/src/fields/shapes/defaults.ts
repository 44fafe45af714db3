// The value a new record begins with: one that is given, the person who makes it, or a formula run here and now.
import type { Field, Ref, Value } from '@/api/types';
import { check, evaluate, Ref as Linked, toWire } from '@/formula';
import { DATE, dayjs, momentOf, showMoment } from '@/ui/time';
import { noNames } from './formulaNames';

/** How a default is said in a definition. */
export type Default = Value | { formula: string } | { me: true } | { my_department: true };

export type DefaultHow = 'value' | 'formula' | 'me' | 'my_department' | 'other';

export function howOf(value: Value): DefaultHow {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'value';
  if ('formula' in value) return 'formula';
  if ('me' in value) return 'me';
  if ('my_department' in value) return 'my_department';
  return 'other';
}

export interface Maker {
  me: { id: string; name: string; department: Ref | null } | null;
  zone: string;
  now: Date;
  dice: bigint;
}

/** What a form shows at first; nothing where only the server can say. */
export function firstValue(field: Field, { me, zone, now, dice }: Maker): Value | undefined {
  const said = field.default;
  if (said === undefined || said === null) return undefined;
  const many = field.type === 'people' || field.type === 'departments';
  const ref = (found: Ref | null) => (found ? (many ? [found] : found) : undefined);
  switch (howOf(said)) {
    case 'value':
      return said;
    case 'me':
      return ref(me && { id: me.id, title: me.name });
    case 'my_department':
      return ref(me?.department ?? null);
    case 'formula': {
      const { formula } = check((said as { formula: string }).formula, noNames, 'default');
      if (!formula) return undefined;
      const value = evaluate(
        formula,
        { get: () => null },
        {
          now,
          zone,
          dice,
          me: me ? { id: me.id, name: me.name, department: me.department?.title } : undefined,
        },
      );
      if (value instanceof Linked) return ref(me && { id: value.id, title: me.name });
      const wire = toWire(value);
      if (typeof wire !== 'string') return typeof wire === 'boolean' ? wire : undefined;
      if (field.type === 'date' && formula.yields === 'datetime') return showMoment(wire, zone, DATE);
      if (field.type === 'datetime' && formula.yields === 'date') return momentOf(dayjs(wire), zone);
      return wire;
    }
    case 'other':
      return undefined;
  }
}
