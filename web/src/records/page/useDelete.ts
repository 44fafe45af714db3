// Deletes a record after asking, and says what happens to it.
import { useQueryClient } from '@tanstack/react-query';
import { App } from 'antd';
import { useTranslation } from 'react-i18next';
import { wordsOf } from '@/api/problems';
import { deleteRecord, refetchRecords } from '@/api/queries/records';
import type { Obj, Rec } from '@/api/types';
import { titleOf } from '@/fields/shapes/RefPicker';

export function useDelete(object: Obj, onGone: () => void) {
  const { t } = useTranslation();
  const { modal, message } = App.useApp();
  const queries = useQueryClient();
  return (record: Rec) =>
    modal.confirm({
      title: t('record.deleteTitle', { title: titleOf(record, object) || t('common.untitled') }),
      content: t('record.deleteText'),
      okText: t('common.delete'),
      cancelText: t('common.cancel'),
      okButtonProps: { danger: true },
      onOk: async () => {
        try {
          await deleteRecord(object.key, record.id, record.version);
          onGone();
          // What is gone is not asked for again.
          queries.removeQueries({ queryKey: ['records', object.key, 'one', record.id] });
          await refetchRecords(queries, object.key);
          message.success(t('record.deleted'));
        } catch (error) {
          message.error(wordsOf(error));
        }
      },
    });
}
