// A field of a form that nobody types into: what stands, or what its formula comes to while the form is filled in.
import { useTranslation } from 'react-i18next';
import type { Field, Value } from '@/api/types';
import { kindOf } from '@/fields/registry';
import type { Live } from './useLive';

export function FixedValue({
  field,
  value,
  live,
}: {
  field: Field;
  value: Value;
  /** Absent where the server's word still holds. */
  live: Live | undefined;
}) {
  const { t } = useTranslation();
  const { Cell } = kindOf(field);
  if (live === 'later') {
    return <div className="field-fixed muted">{t('record.afterSave')}</div>;
  }
  const shown = live ? live.value : value;
  const empty = shown === null || shown === undefined || shown === '';
  return (
    <output className={live ? 'field-fixed field-live' : 'field-fixed'}>
      {empty ? <span className="muted">–</span> : <Cell field={field} value={shown} roomy />}
    </output>
  );
}
