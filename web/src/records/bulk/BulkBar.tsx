// What can be done with the ticked rows: the same edit for all, delete, export.
import { CloseOutlined, DeleteOutlined, DownloadOutlined, EditOutlined } from '@ant-design/icons';
import { App, Button, Progress } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { wordsOf } from '@/api/problems';
import { exportRecords } from '@/api/queries/records';
import type { Obj, Query } from '@/api/types';
import { titleField } from '@/fields/shapes/RefPicker';
import { useSay } from '@/i18n/label';
import type { Catalog } from '../fieldPaths';
import { UndoDialog } from '../page/UndoDialog';
import type { Choice } from '../table/choice';
import { BulkEdit } from './BulkEdit';
import { chosenIds } from './chosenIds';
import { useBulkDelete } from './useBulkDelete';

export function BulkBar({
  object,
  catalog,
  base,
  choice,
  columns,
  past,
}: {
  object: Obj;
  catalog: Catalog;
  base: Query;
  choice: Choice;
  columns: string[];
  /** Looking at a past moment: there is nothing to be done to it. */
  past: boolean;
}) {
  const { t } = useTranslation();
  const say = useSay();
  const { message } = App.useApp();
  const [editing, setEditing] = useState(false);
  const [undoing, setUndoing] = useState<string | null>(null);
  const ids = () => chosenIds(object.key, base, choice, titleField(object));
  const { ask, progress, stop } = useBulkDelete(object, choice, ids);

  if (progress) {
    return (
      <div className="bulk-bar" role="status">
        <span>{t(`bulk.${progress.what}`, { done: progress.done, total: progress.total })}</span>
        <Progress
          className="bulk-progress"
          size="small"
          percent={Math.round((progress.done / Math.max(1, progress.total)) * 100)}
        />
        <Button size="small" onClick={stop}>
          {t('bulk.stop')}
        </Button>
      </div>
    );
  }
  const undo = <UndoDialog commit={undoing} catalog={catalog} onClose={() => setUndoing(null)} />;
  if (choice.count === 0) return undo;
  const clear = (
    <Button
      size="small"
      type="text"
      icon={<CloseOutlined />}
      aria-label={t('bulk.clear')}
      onClick={() => choice.setAll(false)}
    />
  );
  if (past) {
    return (
      <div className="bulk-bar" role="toolbar" aria-label={t('bulk.label')}>
        <b>{t('bulk.chosen', { count: choice.count })}</b>
        <span className="muted">{t('past.onlyLook')}</span>
        {clear}
      </div>
    );
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
        <Button size="small" danger icon={<DeleteOutlined />} onClick={ask}>
          {t('common.delete')}
        </Button>
      ) : null}
      {clear}
      {editing ? (
        <BulkEdit
          object={object}
          catalog={catalog}
          ids={ids}
          count={choice.count}
          onClose={() => setEditing(false)}
          onUndo={setUndoing}
        />
      ) : null}
      {undo}
    </div>
  );
}
