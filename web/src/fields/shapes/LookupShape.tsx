// A look-up shows, filters and reads as the field it looks at.
import type { Field, Value } from '@/api/types';
import type { Place } from '@/ui/place';
import type { CellProps, FilterProps } from '../kind';
import { kindOf } from '../registry';
import { ComputedCell, computedToText, errorOf, yieldsOf } from './ComputedShape';
import { DateFilter, NumberFilter, SwitchFilter, TextFilter } from './filters';

function seen(field: Field): Field | null {
  return field.target ? (field.target as Field) : null;
}

export function LookupCell(props: CellProps) {
  const target = seen(props.field);
  if (!target || errorOf(props.value)) return <ComputedCell {...props} />;
  const Cell = kindOf(target).Cell;
  return <Cell {...props} field={target} />;
}

export function lookupToText(value: Value, field: Field, place: Place): string {
  const target = seen(field);
  return target && !errorOf(value)
    ? kindOf(target).toText(value, target, place)
    : computedToText(value, field, place);
}

export function LookupFilter(props: FilterProps) {
  const target = seen(props.field);
  if (!target) return <ComputedFilter {...props} />;
  const Filter = kindOf(target).Filter;
  return <Filter {...props} field={target} />;
}

export function ComputedFilter(props: FilterProps) {
  const yields = yieldsOf(props.field);
  if (yields === 'number' || yields === 'money') return <NumberFilter {...props} />;
  if (yields === 'date' || yields === 'datetime' || yields === 'time') {
    return <DateFilter {...props} field={{ ...props.field, type: yields }} />;
  }
  if (yields === 'bool' || yields === 'switch') return <SwitchFilter {...props} />;
  return <TextFilter {...props} />;
}
