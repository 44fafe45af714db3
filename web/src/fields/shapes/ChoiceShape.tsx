// Fields whose values are picked from options, one or several.
import { Select } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Field, Option, Value } from '@/api/types';
import { labelOf, useSay } from '@/i18n/label';
import { tintOf } from '@/ui/colors';
import type { CellProps, InputProps } from '../kind';

export function optionsOf(field: Field): Option[] {
  return field.options ?? [];
}

export function keysOf(value: Value): string[] {
  if (Array.isArray(value)) return value.map(String);
  return value === null || value === undefined || value === '' ? [] : [String(value)];
}

export function choiceToText(value: Value, field: Field, place: { lang: string }): string {
  const options = optionsOf(field);
  return keysOf(value)
    .map((key) => labelOf(options.find((o) => o.key === key)?.label, place.lang, key))
    .join(', ');
}

function keyOfText(text: string, field: Field): string | undefined {
  const wanted = text.trim().toLowerCase();
  return optionsOf(field).find(
    (o) =>
      o.key === wanted ||
      labelOf(o.label, 'zh').toLowerCase() === wanted ||
      labelOf(o.label, 'en').toLowerCase() === wanted,
  )?.key;
}

export function choiceFromText(text: string, field: Field): Value | undefined {
  return text.trim() === '' ? null : keyOfText(text, field);
}

export function choicesFromText(text: string, field: Field): Value | undefined {
  const parts = text.split(/[,，;；、]/).filter((p) => p.trim());
  const keys = parts.map((p) => keyOfText(p, field));
  return keys.some((k) => k === undefined) ? undefined : keys;
}

export function OptionTag({ option, fallback }: { option: Option | undefined; fallback: string }) {
  const say = useSay();
  const tint = tintOf(option?.color ?? 'grey', fallback);
  return (
    <span className="option-tag" style={{ background: tint.ground, color: tint.text }}>
      {option ? say(option) : fallback}
    </span>
  );
}

export function ChoiceCell({ field, value }: CellProps) {
  const options = optionsOf(field);
  return (
    <span className="tag-line">
      {keysOf(value).map((key) => (
        <OptionTag key={key} option={options.find((o) => o.key === key)} fallback={key} />
      ))}
    </span>
  );
}

function useItems(field: Field, value: Value) {
  const say = useSay();
  const chosen = new Set(keysOf(value));
  return optionsOf(field)
    .filter((o) => !o.retired || chosen.has(o.key))
    .map((o) => ({ value: o.key, label: say(o), option: o }));
}

export function ChoiceInput({
  id,
  field,
  value,
  onChange,
  disabled,
  bad,
  autoFocus,
  inGrid,
  onDone,
  label,
}: InputProps) {
  const { t } = useTranslation();
  const items = useItems(field, value);
  return (
    <Select
      id={id}
      className="full"
      value={keysOf(value)[0] ?? null}
      options={items}
      allowClear
      showSearch={{ optionFilterProp: 'label' }}
      placeholder={inGrid ? undefined : t('common.choose')}
      optionRender={(o) => <OptionTag option={o.data.option} fallback={String(o.value)} />}
      labelRender={(o) => (
        <OptionTag option={optionsOf(field).find((p) => p.key === o.value)} fallback={String(o.value)} />
      )}
      onChange={(v) => {
        onChange(v ?? null);
        onDone?.();
      }}
      disabled={disabled}
      status={bad ? 'error' : undefined}
      autoFocus={autoFocus}
      defaultOpen={inGrid}
      variant={inGrid ? 'borderless' : undefined}
      aria-label={label}
    />
  );
}

export function ChoicesInput({
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
  const { t } = useTranslation();
  const items = useItems(field, value);
  const free = field.type === 'tags' && items.length === 0;
  return (
    <Select
      id={id}
      className="full"
      mode={free ? 'tags' : 'multiple'}
      value={keysOf(value)}
      options={items}
      allowClear
      showSearch={{ optionFilterProp: 'label' }}
      placeholder={inGrid ? undefined : t('common.choose')}
      optionRender={(o) => <OptionTag option={o.data.option} fallback={String(o.value)} />}
      onChange={(v) => onChange(v)}
      disabled={disabled}
      status={bad ? 'error' : undefined}
      autoFocus={autoFocus}
      defaultOpen={inGrid}
      variant={inGrid ? 'borderless' : undefined}
      aria-label={label}
    />
  );
}
