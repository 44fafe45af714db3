// Chooses the columns of a list and their order; fields one step along a link can be columns too.
import { SettingOutlined } from '@ant-design/icons';
import { Button, Checkbox, Input, Popover, Switch } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Obj } from '@/api/types';
import { useSay } from '@/i18n/label';
import { DragList } from '@/ui/DragList';
import { type Catalog, type PathField, pathLabel, pathsOf, resolve } from '../fieldPaths';

export interface ViewColumn {
  field: string;
  width?: number;
}

export function ColumnsButton({
  object,
  catalog,
  columns,
  onChange,
}: {
  object: Obj;
  catalog: Catalog;
  columns: ViewColumn[];
  onChange: (columns: ViewColumn[]) => void;
}) {
  const { t } = useTranslation();
  const say = useSay();
  const [search, setSearch] = useState('');
  const { own, linked } = pathsOf(object, catalog);
  const shown = new Set(columns.map((c) => c.field));
  const fits = (f: PathField) => pathLabel(f, say).toLowerCase().includes(search.trim().toLowerCase());
  const toggle = (key: string, on: boolean) =>
    onChange(on ? [...columns, { field: key }] : columns.filter((c) => c.field !== key));
  const hidden = own.filter((f) => !shown.has(f.key) && fits(f));

  const body = (
    <div className="columns-panel">
      <Input.Search
        size="small"
        allowClear
        placeholder={t('table.findField')}
        aria-label={t('table.findField')}
        value={search}
        onChange={(e) => setSearch(e.target.value)}
      />
      <div className="columns-scroll">
        <div className="panel-title">{t('table.shown')}</div>
        <DragList items={columns} keyOf={(c) => c.field} onOrder={onChange}>
          {(column) => {
            const field = resolve(column.field, object, catalog);
            return (
              <div className="column-line">
                <span className="ellipsis">{field ? pathLabel(field, say) : column.field}</span>
                <Switch
                  size="small"
                  checked
                  disabled={columns.length === 1}
                  onChange={() => toggle(column.field, false)}
                  aria-label={field ? pathLabel(field, say) : column.field}
                />
              </div>
            );
          }}
        </DragList>
        {hidden.length > 0 ? <div className="panel-title">{t('table.hidden')}</div> : null}
        {hidden.map((f) => (
          <div className="column-line" key={f.key}>
            <span className="ellipsis">{say(f)}</span>
            <Switch size="small" checked={false} onChange={() => toggle(f.key, true)} aria-label={say(f)} />
          </div>
        ))}
        {linked.map((group) => {
          const fields = group.fields.filter((f) => !shown.has(f.key) && fits(f));
          if (fields.length === 0) return null;
          return (
            <details key={group.via.key} open={search !== ''}>
              <summary>{t('table.fieldsOf', { name: say(group.via) })}</summary>
              {fields.map((f) => (
                <Checkbox key={f.key} checked={false} onChange={() => toggle(f.key, true)}>
                  {pathLabel(f, say)}
                </Checkbox>
              ))}
            </details>
          );
        })}
      </div>
    </div>
  );

  return (
    <Popover trigger="click" placement="bottomLeft" content={body} arrow={false}>
      <Button icon={<SettingOutlined />} type="text" aria-label={t('table.columns')}>
        {t('table.columns')}
      </Button>
    </Popover>
  );
}
