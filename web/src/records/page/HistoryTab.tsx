// Everything that happened to a record: who, when, why, what; and the way back.
import { UndoOutlined } from '@ant-design/icons';
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { App, Button, Popconfirm, Skeleton } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { wordsOf } from '@/api/problems';
import { fetchHistory, patchRecord, placeRecord, refetchRecords } from '@/api/queries/records';
import type { Change, HistoryEntry, Obj, Rec } from '@/api/types';
import { kindOf } from '@/fields/registry';
import { toWire } from '@/fields/wire';
import { useSay } from '@/i18n/label';
import { EmptyState } from '@/ui/EmptyState';
import { FailBox } from '@/ui/FailBox';
import { usePlace } from '@/ui/place';
import { showMoment } from '@/ui/time';
import { fixedBecause } from '../editable';
import { type Catalog, resolve } from '../fieldPaths';
import { useTitled } from '../titles';
import { useActor, useCauseWords } from './actors';
import { UndoDialog } from './UndoDialog';

type Titled = ReturnType<typeof useTitled>;

export function HistoryTab({
  object,
  record,
  catalog,
  past,
}: {
  object: Obj;
  record: Rec;
  catalog: Catalog;
  /** Looking at a past moment: nothing is put back from here. */
  past: boolean;
}) {
  const { t } = useTranslation();
  const [undoing, setUndoing] = useState<string | null>(null);
  const history = useInfiniteQuery({
    queryKey: ['records', object.key, 'history', record.id],
    queryFn: ({ pageParam }) => fetchHistory(object.key, record.id, pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });
  const entries = history.data?.pages.flatMap((p) => p.entries) ?? [];
  const titled = useTitled(
    entries.flatMap((e) =>
      e.changes.flatMap((c) =>
        [c.before, c.after].map((value) => ({ field: resolve(c.field, object, catalog), value })),
      ),
    ),
    catalog,
  );
  if (history.isLoading) return <Skeleton active />;
  if (history.error) return <FailBox text={wordsOf(history.error)} onRetry={() => history.refetch()} />;
  if (entries.length === 0) return <EmptyState title={t('history.none')} />;
  return (
    <>
      <ol className="history">
        {entries.map((entry) => (
          <Entry
            key={entry.commit}
            {...{ entry, object, record, catalog, titled, past }}
            onUndo={() => setUndoing(entry.commit)}
          />
        ))}
      </ol>
      {history.hasNextPage ? (
        <Button block loading={history.isFetchingNextPage} onClick={() => history.fetchNextPage()}>
          {t('common.more')}
        </Button>
      ) : null}
      <UndoDialog commit={undoing} catalog={catalog} onClose={() => setUndoing(null)} />
    </>
  );
}

function Entry({
  entry,
  object,
  record,
  catalog,
  titled,
  past,
  onUndo,
}: {
  entry: HistoryEntry;
  object: Obj;
  record: Rec;
  catalog: Catalog;
  titled: Titled;
  past: boolean;
  onUndo: () => void;
}) {
  const { t } = useTranslation();
  const { timeZone } = usePlace();
  const actor = useActor();
  const cause = useCauseWords();
  return (
    <li className="history-entry">
      <div className="history-head">
        <b>{actor(entry.by)}</b>
        <span className="muted">{cause(entry.cause)}</span>
        <span className="muted tab-num history-time">{showMoment(entry.at, timeZone)}</span>
        {past ? null : (
          <Button size="small" type="text" icon={<UndoOutlined />} onClick={onUndo}>
            {t('history.undo')}
          </Button>
        )}
      </div>
      <ul className="change-list">
        {entry.changes.map((change) => (
          <ChangeLine
            key={change.field}
            fixed={past || entry.op === 'create'}
            {...{ change, object, record, catalog, titled }}
          />
        ))}
      </ul>
    </li>
  );
}

function ChangeLine({
  change,
  object,
  record,
  catalog,
  titled,
  fixed,
}: {
  change: Change;
  object: Obj;
  record: Rec;
  catalog: Catalog;
  titled: Titled;
  /** Nothing to go back to: the past, or the entry that made the record. */
  fixed: boolean;
}) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const say = useSay();
  const place = usePlace();
  const queries = useQueryClient();
  const field = resolve(change.field, object, catalog);
  const text = (value: unknown) =>
    (field
      ? kindOf(field).toText(titled(value, field), field, place)
      : value === null || value === undefined
        ? ''
        : String(value)) || t('common.empty');
  const can = !fixed && field && change.before !== undefined && !fixedBecause(field, object, false);

  async function restore() {
    if (!field) return;
    try {
      const saved = await patchRecord(object.key, record.id, { [field.key]: toWire(change.before, field) });
      placeRecord(queries, object.key, saved);
      await refetchRecords(queries, object.key);
      message.success(t('history.restored', { field: say(field) }));
    } catch (error) {
      message.error(wordsOf(error));
    }
  }

  return (
    <li>
      <span className="muted">{field ? say(field) : change.field}</span>
      <span className="before">{text(change.before)}</span> → <b>{text(change.after)}</b>
      {can ? (
        <Popconfirm
          title={t('history.restoreTo', { value: text(change.before) })}
          okText={t('history.restore')}
          cancelText={t('common.cancel')}
          onConfirm={restore}
        >
          <Button
            size="small"
            type="link"
            className="history-restore"
            aria-label={t('history.restoreField', { field: say(field) })}
          >
            {t('history.restore')}
          </Button>
        </Popconfirm>
      ) : null}
    </li>
  );
}
