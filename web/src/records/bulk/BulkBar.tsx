// What can be done with the ticked rows: the same edit for all, delete, export.
import { CloseOutlined, DeleteOutlined, DownloadOutlined, EditOutlined } from '@ant-design/icons';
import { useQueryClient } from '@tanstack/react-query';
import { App, Button, Progress } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { wordsOf } from '@/api/problems';
import { deleteRecord, exportRecords, refetchRecords } from '@/api/queries/records';
import type { Obj, Query } from '@/api/types';
import { titleField } from '@/fields/shapes/RefPicker';
import { useSay } from '@/i18n/label';
import type { Catalog } from '../fieldPaths';
import type { Choice } from '../table/choice';
import { BulkEdit } from './BulkEdit';
import { chosenIds } from './chosenIds';

const AT_ONCE = 6;

export function BulkBar({
  object,
  catalog,
  base,
  choice,
  columns,
}: {
  object: Obj;
  catalog: Catalog;
  base: Query;
  choice: Choice;
  columns: string[];
}) {
  const { t } = useTranslation();
  const say = useSay();
  const { modal, message } = App.useApp();
  const queries = useQueryClient();
  const [editing, setEditing] = useState(false);
  const [progress, setProgress] = useState<{ done: number; total: number } | null>(null);
  const ids = () => chosenIds(object.key, base, choice, titleField(object));
  if (choice.count === 0) return null;

  function remove() {
    modal.confirm({
      title: t('bulk.deleteTitle', { count: choice.count }),
      content: t('record.deleteText'),
      okText: t('common.delete'),
      cancelText: t('common.cancel'),
      okButtonProps: { danger: true },
      onOk: async () => {
        const list = await ids();
        const total = list.length;
        let done = 0;
        const refused: string[] = [];
        setProgress({ done, total });
        const worker = async () => {
          for (let id = list.pop(); id; id = list.pop()) {
            try {
              await deleteRecord(object.key, id);
            } catch (error) {
              refused.push(wordsOf(error));
            }
            done += 1;
            setProgress({ done, total });
          }
        };
        await Promise.all(Array.from({ length: AT_ONCE }, worker));
        setProgress(null);
        choice.setAll(false);
        await refetchRecords(queries, object.key);
        if (refused.length === 0) message.success(t('bulk.deleted', { count: total }));
        else
          modal.warning({
            title: t('bulk.partly', { good: total - refused.length, bad: refused.length }),
            content: [...new Set(refused)].slice(0, 5).map((text) => <div key={text}>{text}</div>),
          });
      },
    });
  }

  async function take(format: 'xlsx' | 'csv') {
    try {
      const list = choice.all && choice.ids.size === 0 ? undefined : await ids();
      await exportRecords(
        {
          object: object.key,
          filter: list ? { field: 'id', op: 'in', value: list } : (base.filter ?? null),
          sort: base.sort,
          fields: columns,
          format,
        },
        `${say(object)}.${format}`,
      );
    } catch (error) {
      message.error(wordsOf(error));
    }
  }

  return (
    <div className="bulk-bar" role="toolbar" aria-label={t('bulk.label')}>
      <b>{t('bulk.chosen', { count: choice.count })}</b>
      {object.can?.update !== false ? (
        <Button size="small" icon={<EditOutlined />} onClick={() => setEditing(true)}>
          {t('bulk.edit')}
        </Button>
      ) : null}
      {object.can?.export !== false ? (
        <>
          <Button size="small" icon={<DownloadOutlined />} onClick={() => void take('xlsx')}>
            Excel
          </Button>
          <Button size="small" icon={<DownloadOutlined />} onClick={() => void take('csv')}>
            CSV
          </Button>
        </>
      ) : null}
      {object.can?.delete !== false ? (
        <Button size="small" danger icon={<DeleteOutlined />} onClick={remove}>
          {t('common.delete')}
        </Button>
      ) : null}
      {progress ? (
        <Progress
          className="bulk-progress"
          size="small"
          percent={Math.round((progress.done / Math.max(1, progress.total)) * 100)}
        />
      ) : null}
      <Button
        size="small"
        type="text"
        icon={<CloseOutlined />}
        aria-label={t('bulk.clear')}
        onClick={() => choice.setAll(false)}
      />
      {editing ? (
        <BulkEdit
          object={object}
          catalog={catalog}
          ids={ids}
          count={choice.count}
          onClose={() => setEditing(false)}
        />
      ) : null}
    </div>
  );
}
