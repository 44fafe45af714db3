// Fields that are one line or many lines of text: how they show and how they are typed.
import { Input } from 'antd';
import type { Field, Value } from '@/api/types';
import type { CellProps, InputProps } from '../kind';

export const textToText = (value: Value) => (value === null || value === undefined ? '' : String(value));
export const textFromText = (text: string) => (text.trim() === '' ? null : text.trim());

export function TextCell({ value, roomy }: CellProps) {
  const text = textToText(value);
  return (
    <span className={roomy ? 'text-roomy' : 'ellipsis'} title={roomy ? undefined : text}>
      {text}
    </span>
  );
}

function hintOf(field: Field): string | undefined {
  return typeof field.placeholder === 'string' ? field.placeholder : undefined;
}

export function TextInput({
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
  return (
    <Input
      id={id}
      value={textToText(value)}
      onChange={(e) => onChange(e.target.value === '' ? null : e.target.value)}
      disabled={disabled}
      status={bad ? 'error' : undefined}
      autoFocus={autoFocus}
      variant={inGrid ? 'borderless' : undefined}
      placeholder={inGrid ? undefined : hintOf(field)}
      aria-label={label}
      aria-invalid={bad || undefined}
      maxLength={typeof field.max_length === 'number' ? field.max_length : undefined}
      autoComplete="off"
    />
  );
}

export function LongTextInput({
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
  return (
    <Input.TextArea
      id={id}
      value={textToText(value)}
      onChange={(e) => onChange(e.target.value === '' ? null : e.target.value)}
      disabled={disabled}
      status={bad ? 'error' : undefined}
      autoFocus={autoFocus}
      placeholder={inGrid ? undefined : hintOf(field)}
      autoSize={inGrid ? { minRows: 3, maxRows: 8 } : { minRows: 2, maxRows: 12 }}
      aria-label={label}
      aria-invalid={bad || undefined}
    />
  );
}
