// Fields that are exact numbers. Digits stay text from the wire to the screen and back.
import { InputNumber } from 'antd';
import type { Field, Value } from '@/api/types';
import { cleanDecimal, formatDecimal, isDecimal, shiftDecimal } from '@/ui/decimal';
import type { CellProps, InputProps } from '../kind';

export function scaleOf(field: Field): number | undefined {
  if (typeof field.scale === 'number') return field.scale;
  return field.type === 'money' ? 2 : undefined;
}

export function numberToText(value: Value, field: Field): string {
  if (value === null || value === undefined || value === '') return '';
  const scale = scaleOf(field);
  const grouped = field.plain !== true;
  if (field.percent === true) {
    const hundredths = shiftDecimal(value, 2) ?? String(value);
    return `${formatDecimal(hundredths, { scale: scale === undefined ? undefined : Math.max(0, scale - 2), grouped })}%`;
  }
  const text = formatDecimal(value, { scale, grouped });
  // The house's own currency goes without saying; another one is named.
  if (field.type === 'money') return currencySign(field) === '¥' ? text : `${currencySign(field)} ${text}`;
  return typeof field.unit === 'string' && field.unit ? `${text} ${field.unit}` : text;
}

export function numberFromText(text: string, field: Field): Value | undefined {
  const clean = cleanDecimal(text);
  if (clean === '') return null;
  if (clean.endsWith('%')) return shiftDecimal(clean.slice(0, -1), -2) ?? undefined;
  if (!isDecimal(clean)) return undefined;
  return field.percent === true ? (shiftDecimal(clean, -2) ?? undefined) : clean;
}

export function NumberCell({ field, value }: CellProps) {
  return <span className="num">{numberToText(value, field)}</span>;
}

const signs: Record<string, string> = {
  CNY: '¥',
  USD: '$',
  EUR: '€',
  GBP: '£',
  JPY: '¥',
  HKD: 'HK$',
  TWD: 'NT$',
};

export function currencySign(field: Field): string {
  const code = typeof field.currency === 'string' ? field.currency : 'CNY';
  return signs[code] ?? code;
}

export function NumberInput({
  id,
  field,
  value,
  onChange,
  disabled,
  bad,
  autoFocus,
  inGrid,
  label,
}: InputProps) {
  const percent = field.percent === true;
  const unit = percent ? '%' : typeof field.unit === 'string' ? field.unit : undefined;
  const shown =
    value === null || value === undefined ? null : percent ? shiftDecimal(value, 2) : String(value);
  return (
    <InputNumber<string>
      id={id}
      stringMode
      className="full num-input"
      controls={false}
      value={shown}
      onChange={(v) => onChange(v === null || v === '' ? null : percent ? shiftDecimal(v, -2) : String(v))}
      parser={(text) => cleanDecimal(text ?? '')}
      formatter={(v, info) =>
        info.userTyping ? info.input : formatDecimal(v ?? '', { grouped: field.plain !== true })
      }
      disabled={disabled}
      status={bad ? 'error' : undefined}
      autoFocus={autoFocus}
      variant={inGrid ? 'borderless' : undefined}
      prefix={field.type === 'money' && !inGrid ? currencySign(field) : undefined}
      suffix={inGrid ? undefined : unit}
      aria-label={label}
      aria-invalid={bad || undefined}
      inputMode="decimal"
    />
  );
}
