// The recycle bin of an object: what was deleted, newest first, and the way back.
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { App, Button, Drawer, Skeleton } from 'antd';
import { useTranslation } from 'react-i18next';
import { wordsOf } from '@/api/problems';
import { fetchTrash, refetchRecords, restoreRecord } from '@/api/queries/records';
import type { Obj, Trashed } from '@/api/types';
import { EmptyState } from '@/ui/EmptyState';
import { FailBox } from '@/ui/FailBox';
import { usePlace } from '@/ui/place';
import { showMoment } from '@/ui/time';
import { useNarrow } from '@/ui/useNarrow';

export function TrashDrawer({ object, onClose }: { object: Obj; onClose: () => void }) {
  const { t } = useTranslation();
  const narrow = useNarrow();
  const { timeZone } = usePlace();
  const { message } = App.useApp();
  const queries = useQueryClient();
  const trash = useInfiniteQuery({
    queryKey: ['records', object.key, 'trash'],
    queryFn: ({ pageParam }) => fetchTrash(object.key, pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });
  const records = trash.data?.pages.flatMap((p) => p.records) ?? [];

  async function restore(record: Trashed) {
    try {
      await restoreRecord(object.key, record.id);
      await refetchRecords(queries, object.key);
      message.success(t('trash.restored'));
    } catch (error) {
      message.error(wordsOf(error));
    }
  }

  return (
    <Drawer open size={narrow ? '100%' : 480} title={t('trash.title')} onClose={onClose}>
      {trash.isLoading ? <Skeleton active /> : null}
      {trash.error ? <FailBox text={wordsOf(trash.error)} onRetry={() => trash.refetch()} /> : null}
      {trash.isSuccess && records.length === 0 ? <EmptyState title={t('trash.none')} /> : null}
      <ul className="trash">
        {records.map((record) => (
          <li key={record.id}>
            <span className="grow ellipsis">{record.title || t('common.untitled')}</span>
            <span className="muted tab-num">{showMoment(record.deleted_at, timeZone)}</span>
            <Button size="small" onClick={() => void restore(record)}>
              {t('trash.restore')}
            </Button>
          </li>
        ))}
      </ul>
      {trash.hasNextPage ? (
        <Button block loading={trash.isFetchingNextPage} onClick={() => trash.fetchNextPage()}>
          {t('common.more')}
        </Button>
      ) : null}
    </Drawer>
  );
}
