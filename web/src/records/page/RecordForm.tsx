// The form of any object, drawn from its fields.
import { Alert } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Field, Obj } from '@/api/types';
import { kindOf } from '@/fields/registry';
import { labelOf, useSay } from '@/i18n/label';
import { Labelled } from '@/ui/Labelled';
import { fillable, fixedBecause } from '../editable';
import { FixedValue } from './FixedValue';
import type { Section } from './layout';
import { useSectionName } from './PageSections';
import type { Draft } from './useDraft';
import type { Live } from './useLive';

export function RecordForm({
  object,
  sections,
  draft,
  creating,
  live,
  disabled,
}: {
  object: Obj;
  sections: Section[];
  draft: Draft;
  creating: boolean;
  /** What the formulas come to with what has been typed. */
  live?: Map<string, Live>;
  disabled?: boolean;
}) {
  const nameOf = useSectionName();
  const shown = sections
    .map((section) => ({
      ...section,
      fields: section.fields.filter((f) => !creating || f.type === 'formula' || isOpen(f, object, true)),
    }))
    .filter((section) => section.fields.length > 0);
  return (
    <>
      {draft.rest.length > 0 ? (
        <Alert
          type="error"
          showIcon
          className="form-alert"
          title={draft.rest.map((text) => <div key={text}>{text}</div>)}
        />
      ) : null}
      {shown.map((section) => {
        const name = nameOf(section, shown.length === 1);
        return (
          <div key={section.key} className="form-section" role="group" aria-label={name || undefined}>
            {name ? <div className="section-name">{name}</div> : null}
            <div className="record-form" style={{ '--columns': section.columns } as React.CSSProperties}>
              {section.fields.map((field) => (
                <FormField key={field.key} {...{ object, field, draft, creating, live, disabled }} />
              ))}
            </div>
          </div>
        );
      })}
    </>
  );
}

function isOpen(field: Field, object: Obj, creating: boolean): boolean {
  if (!kindOf(field).Input) return false;
  return creating ? fillable(field, object) : fixedBecause(field, object, false) === null;
}

function FormField({
  object,
  field,
  draft,
  creating,
  live,
  disabled,
}: {
  object: Obj;
  field: Field;
  draft: Draft;
  creating: boolean;
  live?: Map<string, Live>;
  disabled?: boolean;
}) {
  const say = useSay();
  const { i18n } = useTranslation();
  const kind = kindOf(field);
  const Input = kind.Input;
  const open = isOpen(field, object, creating);
  const id = `field-${field.key}`;
  const problems = draft.problems[field.key];
  return (
    <Labelled
      label={say(field)}
      htmlFor={open ? id : undefined}
      required={open ? field.required : false}
      hint={labelOf(field.help, i18n.language) || undefined}
      problems={problems}
      wide={kind.wide}
    >
      {open && Input ? (
        <Input
          id={id}
          field={field}
          object={object.key}
          value={draft.values[field.key] ?? null}
          onChange={(value) => draft.set(field.key, value)}
          bad={Boolean(problems?.length)}
          disabled={disabled}
          label={say(field)}
        />
      ) : (
        <FixedValue field={field} value={draft.values[field.key]} live={live?.get(field.key)} />
      )}
    </Labelled>
  );
}
