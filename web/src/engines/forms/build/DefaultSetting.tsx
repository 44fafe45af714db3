// What a new record begins with in a field: a value, a formula, or whoever makes it.
import { Select } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Field, Value } from '@/api/types';
import { kindOf } from '@/fields/registry';
import { type DefaultHow, howOf } from '@/fields/shapes/defaults';
import { FormulaInput, plainType } from '@/fields/shapes/FormulaInput';
import { fits, noNames } from '@/fields/shapes/formulaNames';
import { check } from '@/formula';
import { Labelled } from '@/ui/Labelled';

const plain: DefaultHow[] = ['value', 'formula'];
const ways: Record<string, DefaultHow[]> = {
  text: plain,
  long_text: plain,
  number: plain,
  money: plain,
  date: plain,
  datetime: plain,
  time: plain,
  choice: plain,
  choices: ['value'],
  switch: ['value'],
  rating: plain,
  phone: ['value'],
  email: ['value'],
  url: ['value'],
  person: ['me'],
  people: ['me'],
  department: ['my_department'],
  departments: ['my_department'],
};
const none = new Map();

const formulaIn = (value: Value) => String((value as { formula: string }).formula);

/** The server takes a wrong formula and then leaves the field empty, so it is refused here. */
export function defaultIsGood(draft: Partial<Field>): boolean {
  if (!draft.type || howOf(draft.default) !== 'formula') return true;
  const { formula } = check(formulaIn(draft.default), noNames, 'default');
  return Boolean(formula && fits({ key: '', ...draft, type: draft.type }, formula.yields));
}

export function DefaultSetting({
  field,
  onChange,
}: {
  field: Partial<Field>;
  onChange: (change: Partial<Field>) => void;
}) {
  const { t } = useTranslation();
  const type = field.type ?? '';
  const offered = ways[type];
  const set = field.default !== undefined && field.default !== null;
  const how: DefaultHow | null = set ? howOf(field.default) : null;
  // A type with one way only, a value, needs no question before it.
  const shown = how ?? (offered?.length === 1 && offered[0] === 'value' ? 'value' : null);
  if (!offered) return null;
  const whole = { key: 'default', ...field, type } as Field;
  const Input = kindOf(whole).Input;
  const choices = how && !offered.includes(how) ? [...offered, how] : offered;

  function begin(next: DefaultHow | undefined) {
    const first: Partial<Record<DefaultHow, Value>> = {
      formula: { formula: '' },
      me: { me: true },
      my_department: { my_department: true },
      value: '',
    };
    onChange({ default: next ? first[next] : undefined });
  }

  return (
    <Labelled
      label={t('design.default')}
      htmlFor={choices.length > 1 || shown !== 'value' ? 'field-default-how' : 'field-default'}
    >
      {choices.length > 1 || choices[0] !== 'value' ? (
        <Select
          id="field-default-how"
          className="full"
          allowClear
          value={how}
          placeholder={t('design.default_none')}
          options={choices.map((key) => ({ value: key, label: t(`design.default_${key}`) }))}
          aria-label={t('design.default')}
          onChange={(next) => begin(next ?? undefined)}
        />
      ) : null}
      {shown === 'value' && Input ? (
        <div className={choices.length > 1 ? 'default-value' : undefined}>
          <Input
            id="field-default"
            field={whole}
            value={field.default === '' ? null : (field.default ?? null)}
            onChange={(value) => onChange({ default: value ?? (choices.length > 1 ? '' : undefined) })}
            label={t('design.default_value')}
          />
        </div>
      ) : null}
      {shown === 'formula' ? (
        <div className="default-value">
          <FormulaInput
            id="field-default"
            value={formulaIn(field.default)}
            onChange={(formula) => onChange({ default: { formula } })}
            catalog={none}
            label={t('design.defaultFormula')}
            wrong={(yields) =>
              fits(whole, yields)
                ? null
                : t('formula.unfit', { type: t(`formula.type_${plainType(yields)}`) })
            }
          />
          <div className="labelled-hint">{t('design.defaultFormulaHint')}</div>
        </div>
      ) : null}
    </Labelled>
  );
}
