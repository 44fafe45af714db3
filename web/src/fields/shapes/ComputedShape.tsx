// Fields the server computes: formulas, look-ups, roll-ups. They show as the type they yield.
import { Tooltip } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Field, Obj, Value } from '@/api/types';
import type { Place } from '@/ui/place';
import type { CellProps } from '../kind';
import { DateCell, dateToText } from './DateShape';
import { NumberCell, numberToText } from './NumberShape';
import { SwitchCell } from './SmallShapes';
import { TextCell, textToText } from './TextShape';

export interface FormulaError {
  error: string;
}

export function errorOf(value: Value): string | null {
  if (value && typeof value === 'object' && 'error' in value) return String((value as FormulaError).error);
  return null;
}

/** The type a computed value shows as, from what the definition says or, failing that, from the value. */
export function yieldsOf(field: Field, value?: Value): string {
  const said = field.yields ?? field.result;
  if (typeof said === 'string') return said;
  if (field.type === 'rollup') return 'number';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'number') return 'number';
  return 'text';
}

export function computedToText(value: Value, field: Field, place: Place): string {
  const error = errorOf(value);
  if (error) return error;
  const yields = yieldsOf(field, value);
  if (yields === 'number' || yields === 'money') return numberToText(value, field);
  if (yields === 'date' || yields === 'datetime' || yields === 'time') {
    return dateToText(value, { ...field, type: yields }, place);
  }
  if (value && typeof value === 'object' && 'title' in value) return String(value.title);
  return Array.isArray(value) ? value.map(String).join(', ') : textToText(value);
}

export function ErrorMark({ code }: { code: string }) {
  const { t, i18n } = useTranslation();
  const key = `formulaErrors.${code.replace(/[^A-Z0-9]/gi, '')}`;
  return (
    <Tooltip title={i18n.exists(key) ? t(key) : code}>
      <span className="formula-error">{code}</span>
    </Tooltip>
  );
}

export function ComputedCell(props: CellProps) {
  const { field, value } = props;
  const error = errorOf(value);
  if (error) return <ErrorMark code={error} />;
  const yields = yieldsOf(field, value);
  if (yields === 'number' || yields === 'money') return <NumberCell {...props} />;
  if (yields === 'date' || yields === 'datetime' || yields === 'time') {
    return <DateCell {...props} field={{ ...field, type: yields }} />;
  }
  if (yields === 'bool' || yields === 'switch') return <SwitchCell {...props} />;
  const text = value && typeof value === 'object' && 'title' in value ? String(value.title) : undefined;
  return (
    <TextCell {...props} value={text ?? (Array.isArray(value) ? value.map(String).join(', ') : value)} />
  );
}

/** The field at the other end of a look-up, if the reader may know it. */
export function lookedUp(field: Field, of: Obj | undefined, catalog: Map<string, Obj>): Field | undefined {
  const link = of?.fields.find((f) => f.key === field.link);
  const to = link?.type === 'person' ? 'person' : link?.type === 'department' ? 'department' : link?.to;
  return to ? catalog.get(to)?.fields.find((f) => f.key === field.field) : undefined;
}
