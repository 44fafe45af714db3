// Columns of the file on the left, fields on the right.
import { ArrowRightOutlined } from '@ant-design/icons';
import { Button, Checkbox, Select, Tag } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ColumnMap, ImportColumn } from '@/api/admin-types';
import type { Field, Obj } from '@/api/types';
import { targetOf } from '@/fields/shapes/RefShape';
import { useSay } from '@/i18n/label';
import type { Catalog } from '@/records/fieldPaths';
import { type Columns, hasOptions, isRef, targets, withLinkMatch } from './mapping';
import { ValuesDialog } from './ValuesDialog';

const NONE = '';

export function MappingTable({
  object,
  catalog,
  columns,
  mapping,
  onChange,
}: {
  object: Obj;
  catalog: Catalog;
  columns: ImportColumn[];
  mapping: Columns;
  onChange: (mapping: Columns) => void;
}) {
  const { t } = useTranslation();
  const say = useSay();
  const [values, setValues] = useState<string | null>(null);
  const fields = targets(object);
  const used = new Set(Object.values(mapping).flatMap((m) => (m ? [m.field] : [])));
  const put = (column: string, map: ColumnMap | null) => onChange({ ...mapping, [column]: map });
  const translated = values ? mapping[values] : null;
  const translatedField = fields.find((f) => f.key === translated?.field);

  return (
    <div className="mapping">
      <div className="mapping-line mapping-head">
        <span>{t('imports.column')}</span>
        <span>{t('imports.samples')}</span>
        <span />
        <span>{t('imports.field')}</span>
        <span>{t('imports.how')}</span>
      </div>
      {columns.map((column) => {
        const map = mapping[column.name] ?? null;
        const field = fields.find((f) => f.key === map?.field);
        return (
          <div className={`mapping-line${map ? '' : ' mapping-skipped'}`} key={column.name}>
            <b className="ellipsis" title={column.name}>
              {column.name}
            </b>
            <span className="muted ellipsis mapping-samples" title={column.samples.map(String).join(' · ')}>
              {column.samples.slice(0, 3).map(String).join(' · ') || t('common.empty')}
            </span>
            <ArrowRightOutlined className="muted" />
            <Select
              value={map?.field ?? NONE}
              options={[
                { value: NONE, label: t('imports.skipColumn') },
                ...fields.map((f) => ({
                  value: f.key,
                  label: `${say(f)}${f.required ? ' *' : ''}`,
                  disabled: used.has(f.key) && f.key !== map?.field,
                })),
              ]}
              showSearch={{ optionFilterProp: 'label' }}
              aria-label={t('imports.fieldFor', { column: column.name })}
              onChange={(key) =>
                put(column.name, key === NONE ? null : withLinkMatch({ field: key }, object))
              }
            />
            <span className="mapping-how">
              {!map && column.match?.how === 'near' && fields.some((f) => f.key === column.match?.field) ? (
                <Button
                  size="small"
                  onClick={() =>
                    put(column.name, withLinkMatch({ field: column.match?.field ?? '' }, object))
                  }
                >
                  {t('imports.perhaps', { field: say(fields.find((f) => f.key === column.match?.field)) })}
                </Button>
              ) : null}
              {map && column.match?.field === map.field && column.match.how !== 'near' ? (
                <Tag color="green">{t(`imports.matched_${column.match.how}`)}</Tag>
              ) : null}
              {map && field && isRef(field) ? (
                <RefMatch field={field} map={map} catalog={catalog} onChange={(m) => put(column.name, m)} />
              ) : null}
              {map && field && hasOptions(field) ? (
                <>
                  <Checkbox
                    checked={map.create_missing === true}
                    onChange={(e) =>
                      put(column.name, { ...map, create_missing: e.target.checked || undefined })
                    }
                  >
                    {t('imports.createOptions')}
                  </Checkbox>
                  <Button size="small" type="link" onClick={() => setValues(column.name)}>
                    {t('imports.values', { count: Object.keys(map.values ?? {}).length })}
                  </Button>
                </>
              ) : null}
            </span>
          </div>
        );
      })}
      {values && translated && translatedField ? (
        <ValuesDialog
          field={translatedField}
          column={columns.find((c) => c.name === values)}
          values={translated.values ?? {}}
          onClose={() => setValues(null)}
          onSave={(next) => {
            put(values, { ...translated, values: Object.keys(next).length ? next : undefined });
            setValues(null);
          }}
        />
      ) : null}
    </div>
  );
}

function RefMatch({
  field,
  map,
  catalog,
  onChange,
}: {
  field: Field;
  map: ColumnMap;
  catalog: Catalog;
  onChange: (map: ColumnMap) => void;
}) {
  const { t } = useTranslation();
  const say = useSay();
  const target = catalog.get(targetOf(field));
  const ways = (target?.fields ?? []).filter(
    (f) =>
      f.state !== 'retired' && ['text', 'email', 'phone', 'serial', 'id_number', 'number'].includes(f.type),
  );
  return (
    <>
      <Select
        size="small"
        value={map.match ?? target?.title ?? 'name'}
        options={ways.map((f) => ({ value: f.key, label: t('imports.matchBy', { field: say(f) }) }))}
        style={{ minWidth: 130 }}
        aria-label={t('imports.matchField', { field: say(field) })}
        onChange={(match) => onChange({ ...map, match })}
      />
      {field.type === 'link' ? (
        <Checkbox
          checked={map.create_missing === true}
          onChange={(e) => onChange({ ...map, create_missing: e.target.checked })}
        >
          {t('imports.createMissing')}
        </Checkbox>
      ) : null}
    </>
  );
}
