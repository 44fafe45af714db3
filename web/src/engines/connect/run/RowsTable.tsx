// The rows of an import with the fate of each: what would change, what is wrong, what was perhaps meant.
import { Button, Skeleton, Tag } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Fate, ImportRow } from '@/api/admin-types';
import { wordsOf } from '@/api/problems';
import { useImportRows } from '@/api/queries/imports';
import type { Obj, Value } from '@/api/types';
import { kindOf } from '@/fields/registry';
import { useSay } from '@/i18n/label';
import { EmptyState } from '@/ui/EmptyState';
import { FailBox } from '@/ui/FailBox';
import { usePlace } from '@/ui/place';

export const fateColors: Record<Fate, string> = {
  new: 'green',
  changed: 'blue',
  same: 'default',
  skipped: 'default',
  failed: 'red',
  ambiguous: 'orange',
};

export function RowsTable({
  job,
  object,
  fate,
  onAccept,
}: {
  job: string;
  object: Obj;
  fate: Fate | undefined;
  /** Takes a near match for what the file says. */
  onAccept?: (column: string, from: Value, to: Value) => void;
}) {
  const { t } = useTranslation();
  const rows = useImportRows(job, fate, true);
  if (rows.isLoading) return <Skeleton active />;
  if (rows.error) return <FailBox text={wordsOf(rows.error)} onRetry={() => rows.refetch()} />;
  const list = rows.data?.pages.flatMap((p) => p.rows) ?? [];
  if (list.length === 0) {
    // Rows that simply go in, or change nothing, are counted but not kept one by one.
    const plain = fate === 'new' || fate === 'same' || fate === undefined;
    return <EmptyState title={t(plain ? 'imports.nothingToSee' : 'imports.noRows')} />;
  }
  return (
    <>
      <ul className="import-rows">
        {list.map((row) => (
          <RowLine key={row.n} {...{ row, object, onAccept }} />
        ))}
      </ul>
      {rows.hasNextPage ? (
        <Button block loading={rows.isFetchingNextPage} onClick={() => rows.fetchNextPage()}>
          {t('common.more')}
        </Button>
      ) : null}
    </>
  );
}

function RowLine({
  row,
  object,
  onAccept,
}: {
  row: ImportRow;
  object: Obj;
  onAccept?: (column: string, from: Value, to: Value) => void;
}) {
  const { t } = useTranslation();
  const say = useSay();
  const place = usePlace();
  function text(key: string, value: Value): string {
    if (value === null || value === undefined || value === '') return t('common.empty');
    const field = object.fields.find((f) => f.key === key);
    return (field ? kindOf(field).toText(value, field, place) : '') || String(value);
  }
  return (
    <li className="import-row">
      <span className="import-row-n tab-num">{t('imports.rowN', { n: row.n })}</span>
      <Tag color={fateColors[row.fate]}>{t(`imports.fate_${row.fate}`)}</Tag>
      <div className="grow">
        {row.title ? <b>{row.title}</b> : null}
        <ul className="change-list">
          {(row.changes ?? []).map((change) => (
            <li key={change.field}>
              <span className="muted">
                {say(object.fields.find((f) => f.key === change.field)) || change.field}
              </span>
              {row.fate === 'changed' ? (
                <>
                  <span className="before">{text(change.field, change.before)}</span> →{' '}
                </>
              ) : null}
              <b>{text(change.field, change.after)}</b>
            </li>
          ))}
          {(row.problems ?? []).map((problem, n) => (
            <li key={`p${n}`} className="import-problem">
              {problem.at && !problem.message.includes(problem.at) ? (
                <span className="muted">
                  {say(object.fields.find((f) => f.key === problem.at)) || problem.at}
                </span>
              ) : null}
              {problem.message}
            </li>
          ))}
          {(row.suggestions ?? [])
            .filter((s) => s.near.length > 0)
            .map((s) => (
              <li key={`${s.column}${String(s.value)}`}>
                <span className="muted">{t('imports.meant', { value: String(s.value) })}</span>
                {s.near.map((near) => (
                  <Button
                    key={String(near.value)}
                    size="small"
                    disabled={!onAccept}
                    onClick={() => onAccept?.(s.column, s.value, near.value)}
                  >
                    {near.title}
                  </Button>
                ))}
              </li>
            ))}
        </ul>
      </div>
    </li>
  );
}
