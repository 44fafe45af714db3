// The list on a phone: a card a record, any number of them.
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Obj, Rec } from '@/api/types';
import { kindOf } from '@/fields/registry';
import { titleField, titleOf } from '@/fields/shapes/RefPicker';
import { useSay } from '@/i18n/label';
import { pathLabel } from '../fieldPaths';
import type { Column } from '../table/layout';
import { type Position, rowsInView, scrolled, trackOf } from '../table/scroll';
import type { Rows } from '../table/useRows';

const LINES = 3;
const CARD = 124;

export function CardList({
  object,
  columns,
  rows,
  onRange,
  onOpen,
  listKey,
}: {
  object: Obj;
  columns: Column[];
  rows: Rows;
  onRange: (range: { first: number; last: number }) => void;
  onOpen: (record: Rec, row: number) => void;
  listKey: string;
}) {
  const { t } = useTranslation();
  const say = useSay();
  const box = useRef<HTMLDivElement>(null);
  const [view, setView] = useState(600);
  const [position, setPosition] = useState<Position>({ scrollTop: 0, top: 0 });
  const track = useMemo(() => trackOf(rows.total, CARD, view), [rows.total, view]);
  const inView = rowsInView(position.top, view, CARD, rows.total, 4);
  const lines = columns.filter((c) => c.field.key !== titleField(object)).slice(0, LINES);

  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    const watch = new ResizeObserver(() => setView(element.clientHeight));
    watch.observe(element);
    return () => watch.disconnect();
  }, []);

  // biome-ignore lint/correctness/useExhaustiveDependencies: another list begins at its top
  useEffect(() => {
    if (box.current) box.current.scrollTop = 0;
    setPosition({ scrollTop: 0, top: 0 });
  }, [listKey]);

  useEffect(() => onRange({ first: inView.first, last: inView.last }), [onRange, inView.first, inView.last]);

  const shown: number[] = [];
  for (let row = inView.first; row <= inView.last; row += 1) shown.push(row);

  return (
    <div
      ref={box}
      className="cards"
      role="list"
      aria-label={t('table.label')}
      onScroll={() => {
        const top = box.current?.scrollTop ?? 0;
        setPosition((before) => scrolled(before, top, track));
      }}
    >
      <div className="cards-body" style={{ height: track.height }}>
        {shown.map((row) => {
          const record = rows.at(row);
          return (
            <div
              key={row}
              role="listitem"
              className="card-slot"
              style={{
                height: CARD,
                transform: `translateY(${row * CARD - position.top + position.scrollTop}px)`,
              }}
            >
              <button
                type="button"
                className="card"
                disabled={!record}
                onClick={() => record && onOpen(record, row)}
              >
                {record ? (
                  <>
                    <span className="card-title ellipsis">
                      {titleOf(record, object) || t('common.untitled')}
                    </span>
                    {lines.map(({ field }) => {
                      const Cell = kindOf(field).Cell;
                      return (
                        <span className="card-line" key={field.key}>
                          <span className="card-label ellipsis">{pathLabel(field, say)}</span>
                          <span className="card-value ellipsis">
                            <Cell field={field} value={record[field.key]} />
                          </span>
                        </span>
                      );
                    })}
                  </>
                ) : (
                  <span className="cell-waiting" />
                )}
              </button>
            </div>
          );
        })}
      </div>
    </div>
  );
}
