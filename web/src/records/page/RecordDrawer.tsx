// A record in a drawer on the right: look, edit, related records, history; or the form of a new one.

import { DeleteOutlined, DownOutlined, EditOutlined, UpOutlined } from '@ant-design/icons';
import { Button, Drawer, Tabs, Tooltip } from 'antd';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { isProblem, wordsOf } from '@/api/problems';
import { UNSETTLED, useRecord } from '@/api/queries/records';
import type { Filter, Obj, Value } from '@/api/types';
import { titleOf } from '@/fields/shapes/RefPicker';
import { useSay } from '@/i18n/label';
import { FailBox } from '@/ui/FailBox';
import { Glyph } from '@/ui/Glyph';
import { useNarrow } from '@/ui/useNarrow';
import { type Catalog, formFields } from '../fieldPaths';
import { CreateForm } from './CreateForm';
import { EditForm } from './EditForm';
import { FieldValue } from './FieldValue';
import { HistoryTab } from './HistoryTab';
import { PastBanner } from './PastBanner';
import { pointingAt, Related } from './Related';
import { useDelete } from './useDelete';
import { useLeaveGuard } from './useLeaveGuard';

export interface RecordDrawerProps {
  object: Obj;
  catalog: Catalog;
  /** An id, or `new`. */
  id: string;
  defaults?: Record<string, Value>;
  tab?: string;
  asOf?: string;
  onTab: (tab: string) => void;
  onClose: () => void;
  onStep?: (by: 1 | -1) => void;
  canStep?: { back: boolean; on: boolean };
  onOpen: (object: string, id: string) => void;
  onCreate: (object: string, defaults: Record<string, Value>) => void;
  onAll: (object: string, filter: Filter) => void;
  onCreated: (id: string) => void;
}

export function RecordDrawer(props: RecordDrawerProps) {
  const { object, id, asOf, onClose, onStep, canStep } = props;
  const { t } = useTranslation();
  const say = useSay();
  const narrow = useNarrow();
  const creating = id === 'new';
  const record = useRecord(object.key, creating ? undefined : id, asOf);
  const [editing, setEditing] = useState<string | boolean>(false);
  const [dirty, setDirty] = useState(false);
  const remove = useDelete(object, onClose);
  const guard = useLeaveGuard(dirty);

  // biome-ignore lint/correctness/useExhaustiveDependencies: another record begins as a page to read
  useEffect(() => {
    setEditing(false);
    setDirty(false);
  }, [id, object.key]);

  const title = creating
    ? t('record.newTitle', { name: say(object) })
    : (record.data && titleOf(record.data, object)) || t('common.untitled');

  const stepButtons =
    onStep && !creating ? (
      <>
        <Tooltip title={t('record.previous')}>
          <Button
            type="text"
            icon={<UpOutlined />}
            disabled={!canStep?.back}
            aria-label={t('record.previous')}
            onClick={() => guard(() => onStep(-1))}
          />
        </Tooltip>
        <Tooltip title={t('record.next')}>
          <Button
            type="text"
            icon={<DownOutlined />}
            disabled={!canStep?.on}
            aria-label={t('record.next')}
            onClick={() => guard(() => onStep(1))}
          />
        </Tooltip>
      </>
    ) : null;

  const acts =
    creating || !record.data || asOf ? null : (
      <>
        {object.can?.update !== false && !editing ? (
          <Button icon={<EditOutlined />} aria-label={t('common.edit')} onClick={() => setEditing(true)}>
            {narrow ? null : t('common.edit')}
          </Button>
        ) : null}
        {object.can?.delete !== false ? (
          <Button
            type="text"
            danger
            icon={<DeleteOutlined />}
            aria-label={t('common.delete')}
            onClick={() => record.data && remove(record.data)}
          />
        ) : null}
      </>
    );

  return (
    <Drawer
      open
      mask={narrow || creating ? { closable: true } : false}
      size={narrow ? '100%' : 760}
      onClose={() => guard(onClose)}
      className="record-drawer"
      title={
        <span className="drawer-title">
          <Glyph
            name={say(object)}
            icon={object.icon}
            color={object.color ?? 'blue'}
            seed={object.key}
            size={24}
          />
          <span className="drawer-title-text">
            <span className="muted">{say(object)}</span>
            <span className="ellipsis" title={title}>
              {title}
            </span>
          </span>
        </span>
      }
      extra={
        <span className="drawer-acts">
          {acts}
          {stepButtons}
        </span>
      }
    >
      {creating ? (
        <CreateForm {...props} onDirty={setDirty} />
      ) : record.error ? (
        <FailBox
          text={
            isProblem(record.error) && record.error.status === 404 ? t('record.gone') : wordsOf(record.error)
          }
          onRetry={() => record.refetch()}
        />
      ) : record.data ? (
        editing ? (
          <EditForm
            {...props}
            record={record.data}
            focus={typeof editing === 'string' ? editing : undefined}
            onDirty={setDirty}
            onDone={() => {
              setDirty(false);
              setEditing(false);
            }}
          />
        ) : (
          <>
            {asOf ? (
              <PastBanner className="form-alert" moment={asOf} unsettled={record.data[UNSETTLED] === true} />
            ) : null}
            <Reading {...props} record={record.data} onEdit={setEditing} />
          </>
        )
      ) : (
        <div className="drawer-waiting" aria-busy="true" />
      )}
    </Drawer>
  );
}

function Reading({
  object,
  catalog,
  record,
  asOf,
  tab,
  onTab,
  onOpen,
  onCreate,
  onAll,
  onEdit,
}: RecordDrawerProps & {
  record: NonNullable<ReturnType<typeof useRecord>['data']>;
  onEdit: (field: string) => void;
}) {
  const { t } = useTranslation();
  const fields = formFields(object, catalog);
  const system = object.fields.filter(
    (f) => f.system && ['created_at', 'created_by', 'updated_at', 'updated_by', 'department'].includes(f.key),
  );
  const related = pointingAt(object, catalog);
  const mayEdit = object.can?.update !== false && !asOf;
  const details = (
    <>
      <div className="field-values">
        {fields.map((f) => (
          <FieldValue
            key={f.key}
            object={object}
            record={record}
            field={f}
            onEdit={mayEdit ? () => onEdit(f.key) : undefined}
          />
        ))}
      </div>
      <div className="field-values field-values-system">
        {system.map((f) => (
          <FieldValue key={f.key} object={object} record={record} field={f} />
        ))}
      </div>
    </>
  );
  const items = [
    { key: 'details', label: t('record.details'), children: details },
    ...(related.length > 0
      ? [
          {
            key: 'related',
            label: t('record.related'),
            children: <Related {...{ object, record, catalog, asOf, onOpen, onAll, onCreate }} />,
          },
        ]
      : []),
    {
      key: 'history',
      label: t('record.history'),
      children: <HistoryTab object={object} record={record} catalog={catalog} past={Boolean(asOf)} />,
    },
  ];
  return (
    <Tabs activeKey={items.some((i) => i.key === tab) ? tab : 'details'} onChange={onTab} items={items} />
  );
}
