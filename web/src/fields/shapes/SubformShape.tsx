// Rows that belong to one record: a count in a table, a small table on the record's page.
import { DeleteOutlined, PlusOutlined } from '@ant-design/icons';
import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { useObjectMap } from '@/api/queries/objects';
import type { Field, Value } from '@/api/types';
import { useSay } from '@/i18n/label';
import { usePlace } from '@/ui/place';
import type { CellProps, InputProps } from '../kind';
import { kindOf } from '../registry';
import { formulaOf, type Live, liveRow, shownAs } from './live';

type Row = Record<string, Value>;

export function rowsOf(value: Value): Row[] {
  return Array.isArray(value) ? (value as Row[]) : [];
}

export function rowFields(field: Field): Field[] {
  return (field.fields ?? []).filter((f) => f.state !== 'retired' && !f.system);
}

export const subformToText = (value: Value) => (rowsOf(value).length ? String(rowsOf(value).length) : '');

export function SubformCell({ field, value, roomy }: CellProps) {
  const { t } = useTranslation();
  const rows = rowsOf(value);
  if (!roomy) return rows.length ? <span>{t('subform.rows', { count: rows.length })}</span> : null;
  return <SubformTable field={field} rows={rows} />;
}

function SubformTable({
  field,
  rows,
  onChange,
  disabled,
  object,
  label,
}: {
  field: Field;
  rows: Row[];
  onChange?: (rows: Row[]) => void;
  disabled?: boolean;
  object?: string;
  label?: string;
}) {
  const say = useSay();
  const { t } = useTranslation();
  const catalog = useObjectMap();
  const { timeZone } = usePlace();
  const fields = rowFields(field);
  const owner = { key: '', fields: field.fields ?? [] };
  const around = { catalog, zone: timeZone, now: new Date() };
  function shown(f: Field, stands: Value, live: Live | undefined) {
    const shape = f.type === 'formula' ? shownAs(f, formulaOf(f, owner, catalog)) : f;
    if (live === 'later') return { field: shape, value: null };
    return { field: shape, value: live ? live.value : stands };
  }
  const put = (index: number, key: string, value: Value) =>
    onChange?.(rows.map((row, i) => (i === index ? { ...row, [key]: value } : row)));

  return (
    <div className="subform">
      <table>
        <thead>
          <tr>
            <th className="subform-n">#</th>
            {fields.map((f) => (
              <th key={f.key} style={{ textAlign: kindOf(f).align }}>
                {f.required && onChange ? <span className="required">*</span> : null}
                {say(f)}
              </th>
            ))}
            {onChange && !disabled ? <th /> : null}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, index) => {
            const live = onChange ? liveRow(field, row, around) : null;
            return (
              <tr key={String(row.id ?? `new-${index}`)}>
                <td className="subform-n">{index + 1}</td>
                {fields.map((f) => {
                  const kind = kindOf(f);
                  const fixed = !onChange || disabled || !kind.Input || f.access === 'read';
                  return (
                    <td key={f.key} style={{ textAlign: kind.align }}>
                      {fixed || !kind.Input ? (
                        <kind.Cell {...shown(f, row[f.key], live?.get(f.key))} />
                      ) : (
                        <kind.Input
                          field={f}
                          object={object}
                          value={row[f.key] ?? null}
                          onChange={(v) => put(index, f.key, v)}
                          label={`${label ?? ''} ${index + 1} ${say(f)}`}
                        />
                      )}
                    </td>
                  );
                })}
                {onChange && !disabled ? (
                  <td className="subform-act">
                    <Button
                      size="small"
                      type="text"
                      icon={<DeleteOutlined />}
                      aria-label={t('subform.removeRow', { n: index + 1 })}
                      onClick={() => onChange(rows.filter((_, i) => i !== index))}
                    />
                  </td>
                ) : null}
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

export function SubformInput({ id, field, value, onChange, disabled, object, label }: InputProps) {
  const { t } = useTranslation();
  const rows = rowsOf(value);
  return (
    <div id={id}>
      <SubformTable
        field={field}
        rows={rows}
        disabled={disabled}
        object={object}
        label={label}
        onChange={(next) => onChange(next)}
      />
      {disabled ? null : (
        <Button size="small" icon={<PlusOutlined />} onClick={() => onChange([...rows, {}])}>
          {t('subform.addRow')}
        </Button>
      )}
    </div>
  );
}
