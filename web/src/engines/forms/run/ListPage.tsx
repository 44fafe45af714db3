// The page of an object: its views, its list, and the drawer of the record that is open.
import { PlusOutlined, ReloadOutlined, SearchOutlined } from '@ant-design/icons';
import { useQueryClient } from '@tanstack/react-query';
import { Button, Input, Spin } from 'antd';
import { useCallback, useEffect, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { wordsOf } from '@/api/problems';
import { refetchRecords, useAggregate } from '@/api/queries/records';
import type { Filter, Me, Obj, Rec, Value } from '@/api/types';
import { useSay } from '@/i18n/label';
import { BulkBar } from '@/records/bulk/BulkBar';
import { CardList } from '@/records/cards/CardList';
import type { Catalog } from '@/records/fieldPaths';
import { FilterButton } from '@/records/filter/FilterButton';
import { PastBanner } from '@/records/page/PastBanner';
import { RecordDrawer } from '@/records/page/RecordDrawer';
import { useChoice } from '@/records/table/choice';
import { Grid } from '@/records/table/Grid';
import { measureName } from '@/records/table/GridFoot';
import { useRows } from '@/records/table/useRows';
import { ColumnsButton } from '@/records/toolbar/ColumnsButton';
import { HeightButton } from '@/records/toolbar/HeightButton';
import { PastButton } from '@/records/toolbar/PastButton';
import { SortButton } from '@/records/toolbar/SortButton';
import { formatDecimal } from '@/ui/decimal';
import { EmptyState } from '@/ui/EmptyState';
import { FailBox } from '@/ui/FailBox';
import { Glyph } from '@/ui/Glyph';
import { useNarrow } from '@/ui/useNarrow';
import { ExportMenu } from './ExportMenu';
import { type ListSearch, parseOpen } from './listState';
import { type Navigate, useList } from './useList';
import { ViewTabs } from './ViewTabs';

/** The row of the open record: where it was opened, or where it stands among the rows in view. */
function rowOf(
  id: string,
  hint: number | null,
  range: { first: number; last: number },
  at: (row: number) => Rec | undefined,
): number | null {
  if (hint !== null && at(hint)?.id === id) return hint;
  for (let row = range.first; row <= range.last; row += 1) if (at(row)?.id === id) return row;
  return null;
}

export interface ListPageProps {
  object: Obj;
  catalog: Catalog;
  me: Me;
  search: ListSearch;
  go: Navigate;
  /** To the list of another object, with a filter. */
  onList: (object: string, filter: Filter) => void;
  onImport: () => void;
}

export function ListPage({ object, catalog, me, search, go, onList, onImport }: ListPageProps) {
  const { t } = useTranslation();
  const say = useSay();
  const narrow = useNarrow();
  const queries = useQueryClient();
  const list = useList(object, catalog, search, go);
  const { base, state, columns } = list;
  const [range, setRange] = useState({ first: 0, last: 40 });
  const [counting, setCounting] = useState<'estimate' | 'exact'>('estimate');
  const [openRow, setOpenRow] = useState<number | null>(null);
  const [defaults, setDefaults] = useState<Record<string, Value>>({});
  const rows = useRows(object.key, base, range, counting, list.ready);
  const choice = useChoice(rows.total);
  const { all, setAll } = choice;
  const filterKey = JSON.stringify(base.filter);
  // biome-ignore lint/correctness/useExhaustiveDependencies: all that matched before is not all that matches now
  useEffect(() => {
    if (all) setAll(false);
  }, [filterKey]);
  const open = parseOpen(search.r, object.key);
  const listKey = JSON.stringify([object.key, base.filter, base.sort, base.as_of]);

  const measures = useMemo(
    () =>
      Object.entries(state.footer).map(([field, fn]) =>
        fn === 'count' ? { fn, as: measureName(field, fn) } : { fn, field, as: measureName(field, fn) },
      ),
    [state.footer],
  );
  const sums = useAggregate(
    object.key,
    { filter: base.filter, measures, as_of: base.as_of },
    list.ready && measures.length > 0,
  );

  const openRecord = useCallback(
    (record: Rec, row: number) => {
      setOpenRow(row);
      go({ r: record.id, tab: undefined });
    },
    [go],
  );

  function create(values: Record<string, Value> = {}, target = object.key) {
    setDefaults(values);
    go({ r: target === object.key ? 'new' : `${target}:new`, tab: undefined });
  }

  function stepTo(by: 1 | -1) {
    const row = (openAt ?? 0) + by;
    const record = rows.at(row);
    if (record) openRecord(record, row);
  }

  const drawn = open ? catalog.get(open.object) : undefined;
  const ofList = open?.object === object.key && open.id !== 'new';
  const openAt = ofList && open ? rowOf(open.id, openRow, range, rows.at) : null;
  const mayCreate = object.can?.create !== false && !search.at;
  const filtered = Boolean(base.filter);
  const total = formatDecimal(rows.total);

  return (
    <div className="list-page">
      <div className="list-top">
        <Glyph
          name={say(object)}
          icon={object.icon}
          color={object.color ?? 'blue'}
          seed={object.key}
          size={28}
        />
        <h1>{say(object)}</h1>
        <button
          type="button"
          className="list-count muted"
          title={rows.exact ? undefined : t('table.countExactly')}
          disabled={rows.exact}
          onClick={() => setCounting('exact')}
        >
          {rows.fresh ? '' : rows.exact ? t('table.count', { n: total }) : t('table.about', { n: total })}
        </button>
        <span className="grow" />
        {mayCreate ? (
          <Button type="primary" icon={<PlusOutlined />} onClick={() => create()}>
            {t('common.new')}
          </Button>
        ) : null}
      </div>
      <ViewTabs
        object={object}
        list={list}
        me={me}
        onView={(view) =>
          go({ view: view === 'all' ? undefined : view, f: undefined, s: undefined, r: undefined })
        }
      />
      <div className="list-tools">
        <Input
          className="list-search"
          prefix={<SearchOutlined />}
          allowClear
          value={search.q ?? ''}
          placeholder={t('table.search')}
          aria-label={t('table.search')}
          onChange={(e) => go({ q: e.target.value || undefined }, true)}
        />
        <FilterButton object={object} catalog={catalog} filter={state.filter} onChange={list.setFilter} />
        <SortButton object={object} catalog={catalog} sort={state.sort} onChange={list.setSort} />
        {narrow ? null : (
          <>
            <ColumnsButton
              object={object}
              catalog={catalog}
              columns={state.columns}
              onChange={(next) => list.arrange({ columns: next })}
            />
            <HeightButton value={state.rowHeight} onChange={(rowHeight) => list.arrange({ rowHeight })} />
          </>
        )}
        <span className="grow" />
        {rows.updating ? <Spin size="small" /> : null}
        <PastButton asOf={search.at} onChange={(at) => go({ at, r: undefined })} />
        <Button
          type="text"
          icon={<ReloadOutlined />}
          aria-label={t('table.refresh')}
          title={t('table.refresh')}
          onClick={() => void refetchRecords(queries, object.key)}
        />
        <ExportMenu
          object={object}
          base={base}
          columns={columns.map((c) => c.field.key)}
          onImport={onImport}
        />
      </div>
      {search.at ? (
        <PastBanner
          className="list-past"
          moment={search.at}
          unsettled={rows.unsettled}
          onNow={() => go({ at: undefined })}
        />
      ) : null}
      <BulkBar
        object={object}
        catalog={catalog}
        base={base}
        choice={choice}
        columns={columns.map((c) => c.field.key)}
        past={Boolean(search.at)}
      />
      {rows.error ? (
        <FailBox text={wordsOf(rows.error)} onRetry={rows.retry} />
      ) : !rows.fresh && rows.total === 0 ? (
        <EmptyState
          title={filtered ? t('table.noneMatch') : t('table.none')}
          hint={filtered ? t('table.noneMatchHint') : t('table.noneHint')}
          action={
            filtered ? (
              <Button onClick={() => go({ f: 'null', q: undefined, view: undefined }, true)}>
                {t('filter.clear')}
              </Button>
            ) : mayCreate ? (
              <>
                <Button type="primary" icon={<PlusOutlined />} onClick={() => create()}>
                  {t('common.new')}
                </Button>{' '}
                {object.can?.import !== false ? (
                  <Button onClick={onImport}>{t('imports.start')}</Button>
                ) : null}
              </>
            ) : null
          }
        />
      ) : narrow ? (
        <CardList {...{ object, columns, rows, listKey }} onRange={setRange} onOpen={openRecord} />
      ) : (
        <Grid
          {...{ object, columns, rows, choice, listKey }}
          frozen={Math.min(state.frozen, columns.length)}
          rowHeight={state.rowHeight}
          onRange={setRange}
          sort={state.sort}
          onSort={list.setSort}
          onWidth={list.setWidth}
          onFreeze={(frozen) => list.arrange({ frozen })}
          onHide={(key) => list.arrange({ columns: state.columns.filter((c) => c.field !== key) })}
          footer={state.footer}
          sums={sums.data?.[0]}
          onFooter={(field, fn) => {
            const { [field]: _old, ...others } = state.footer;
            list.arrange({ footer: fn ? { ...others, [field]: fn } : others });
          }}
          openId={ofList ? (open?.id ?? null) : null}
          onOpen={openRecord}
          past={Boolean(search.at)}
        />
      )}
      {open && drawn ? (
        <RecordDrawer
          key={`${open.object}:${open.id === 'new' ? 'new' : 'one'}`}
          object={drawn}
          catalog={catalog}
          id={open.id}
          defaults={open.id === 'new' ? defaults : undefined}
          tab={search.tab}
          asOf={search.at}
          onTab={(tab) => go({ tab: tab === 'details' ? undefined : tab }, true)}
          onClose={() => go({ r: undefined, tab: undefined })}
          onStep={openAt !== null ? stepTo : undefined}
          canStep={{
            back: openAt !== null && openAt > 0 && rows.at(openAt - 1) !== undefined,
            on: openAt !== null && rows.at(openAt + 1) !== undefined,
          }}
          onOpen={(o, id) => go({ r: o === object.key ? id : `${o}:${id}`, tab: undefined })}
          onCreate={(o, values) => create(values, o)}
          onAll={onList}
          onCreated={(id) => {
            setOpenRow(null);
            go({ r: open.object === object.key ? id : `${open.object}:${id}`, tab: undefined }, true);
          }}
        />
      ) : null}
      {narrow && mayCreate ? (
        <Button
          className="float-new"
          type="primary"
          shape="circle"
          size="large"
          icon={<PlusOutlined />}
          aria-label={t('common.new')}
          onClick={() => create()}
        />
      ) : null}
    </div>
  );
}
