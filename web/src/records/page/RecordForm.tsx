// The form of any object, drawn from its fields.
import { Alert } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Field, Obj } from '@/api/types';
import { kindOf } from '@/fields/registry';
import { labelOf, useSay } from '@/i18n/label';
import { Labelled } from '@/ui/Labelled';
import { fillable, fixedBecause } from '../editable';
import { FixedValue } from './FixedValue';
import type { Draft } from './useDraft';
import type { Live } from './useLive';

export function RecordForm({
  object,
  fields,
  draft,
  creating,
  live,
  disabled,
}: {
  object: Obj;
  fields: Field[];
  draft: Draft;
  creating: boolean;
  /** What the formulas come to with what has been typed. */
  live?: Map<string, Live>;
  disabled?: boolean;
}) {
  const say = useSay();
  const { i18n } = useTranslation();
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
      <div className="record-form">
        {fields.map((field) => {
          const kind = kindOf(field);
          const Input = kind.Input;
          const open =
            Input && (creating ? fillable(field, object) : fixedBecause(field, object, false) === null);
          if (creating && !open && field.type !== 'formula') return null;
          const id = `field-${field.key}`;
          const problems = draft.problems[field.key];
          return (
            <Labelled
              key={field.key}
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
        })}
      </div>
    </>
  );
}
