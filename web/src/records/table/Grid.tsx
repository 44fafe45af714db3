// The table: a window over any number of rows, edited where they stand, worked with the keyboard like a spreadsheet.
import { App } from 'antd';
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { wordsOf } from '@/api/problems';
import type { Obj, Rec, Sort, Value } from '@/api/types';
import { titleField } from '@/fields/shapes/RefPicker';
import { usePlace } from '@/ui/place';
import { fixedBecause } from '../editable';
import { ConflictDialog } from './ConflictDialog';
import { afterTab, boxOf, type Range, readBlock, type Spot, step } from './cells';
import type { Choice } from './choice';
import { copyBlock, pasteChanges } from './clipboard';
import { GridFoot } from './GridFoot';
import { GridHead } from './GridHead';
import { GridRow } from './GridRow';
import { type Column, INDEX_WIDTH, place, type RowHeight, revealColumn, rowHeights } from './layout';
import { type Position, reveal, rowsInView, scrolled, trackOf } from './scroll';
import { useEdits } from './useEdits';
import type { Rows } from './useRows';

const HEAD = 40;
const FOOT = 36;

export interface GridProps {
  object: Obj;
  columns: Column[];
  frozen: number;
  rowHeight: RowHeight;
  rows: Rows;
  onRange: (range: { first: number; last: number }) => void;
  sort: Sort[];
  onSort: (sort: Sort[]) => void;
  onWidth: (field: string, width: number, done: boolean) => void;
  onFreeze: (count: number) => void;
  onHide: (field: string) => void;
  footer: Record<string, string>;
  sums: Record<string, Value> | undefined;
  onFooter: (field: string, fn: string | null) => void;
  choice: Choice;
  openId: string | null;
  onOpen: (record: Rec, row: number) => void;
  /** Looking at a past moment: nothing can be changed. */
  past: boolean;
  /** Says which list this is; another list begins at its top. */
  listKey: string;
}

interface Editing {
  row: number;
  col: number;
  seed: string | null;
}

export function Grid(props: GridProps) {
  const { object, columns, frozen, rows, onRange, choice, past } = props;
  const { t } = useTranslation();
  const { message } = App.useApp();
  const where = usePlace();
  const edits = useEdits(object);
  const box = useRef<HTMLDivElement>(null);
  const [size, setSize] = useState({ width: 1000, height: 600 });
  const [left, setLeft] = useState(0);
  const [position, setPosition] = useState<Position>({ scrollTop: 0, top: 0 });
  const [cursor, setCursor] = useState<Spot | null>(null);
  const [range, setRange] = useState<Range | null>(null);
  const [editing, setEditing] = useState<Editing | null>(null);

  const height = rowHeights[props.rowHeight];
  const view = Math.max(height, size.height - HEAD - FOOT);
  const track = useMemo(() => trackOf(rows.total, height, view), [rows.total, height, view]);
  const inView = rowsInView(position.top, view, height, rows.total);
  const placed = useMemo(() => place(columns, frozen, left, size.width), [columns, frozen, left, size.width]);
  const bounds = { rows: rows.total, cols: columns.length, page: Math.max(1, Math.floor(view / height) - 1) };

  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    const watch = new ResizeObserver(() =>
      setSize({ width: element.clientWidth, height: element.clientHeight }),
    );
    watch.observe(element);
    return () => watch.disconnect();
  }, []);

  // biome-ignore lint/correctness/useExhaustiveDependencies: another list begins at its top, whatever the position was
  useEffect(() => {
    if (box.current) box.current.scrollTop = 0;
    setPosition({ scrollTop: 0, top: 0 });
    setCursor(null);
    setRange(null);
    setEditing(null);
  }, [props.listKey]);

  useEffect(() => onRange({ first: inView.first, last: inView.last }), [onRange, inView.first, inView.last]);

  const goTo = useCallback((next: Position) => {
    setPosition(next);
    if (box.current && Math.abs(box.current.scrollTop - next.scrollTop) > 1)
      box.current.scrollTop = next.scrollTop;
  }, []);

  function onScroll() {
    const element = box.current;
    if (!element) return;
    setLeft(element.scrollLeft);
    setPosition((before) =>
      before.scrollTop === element.scrollTop ? before : scrolled(before, element.scrollTop, track),
    );
  }

  const point = useCallback((spot: Spot, extend: boolean) => {
    setEditing(null);
    setCursor((before) => {
      if (!extend || !before) setRange(null);
      return extend && before ? before : spot;
    });
    if (extend) setRange((r) => ({ anchor: r?.anchor ?? spot, head: spot }));
    // The table keeps the keyboard while the pointer chooses cells.
    setTimeout(() => box.current?.focus({ preventScroll: true }));
  }, []);

  function moveTo(spot: Spot, extend: boolean) {
    if (extend && cursor) setRange((r) => ({ anchor: r?.anchor ?? cursor, head: spot }));
    else {
      setRange(null);
      setCursor(spot);
    }
    goTo(reveal(spot.row, position, track, height));
    const sideways = revealColumn(columns, frozen, spot.col, left, size.width);
    if (sideways !== null && box.current) box.current.scrollLeft = sideways;
  }

  const edit = useCallback(
    (spot: Spot, seed: string | null = null) => {
      const field = columns[spot.col]?.field;
      const record = rows.at(spot.row);
      if (!field || !record) return;
      const because = fixedBecause(field, object, past);
      if (because) {
        message.info({ key: 'fixed', content: t(`fixed.${because}`) });
        return;
      }
      setCursor(spot);
      setRange(null);
      setEditing({ ...spot, seed });
    },
    [columns, rows, object, past, message, t],
  );

  const save = useCallback(
    (row: number, col: number, value: Value): Promise<void> => {
      const field = columns[col]?.field;
      const record = rows.at(row);
      return field && record ? edits.saveCell({ record, field, value }) : Promise.resolve();
    },
    [columns, rows, edits.saveCell],
  );

  function endEditing(move: 'stay' | 'down' | 'next' | 'back') {
    const at = editing;
    setEditing(null);
    if (at && move !== 'stay') {
      const next =
        move === 'down' ? step(at, 'ArrowDown', false, bounds) : afterTab(at, move === 'back', bounds);
      if (next) moveTo(next, false);
    }
    box.current?.focus({ preventScroll: true });
  }

  /** Runs an act on many cells and says how many it reached, or why it did not. */
  async function many(act: () => Promise<number>, words: string) {
    try {
      const count = await act();
      if (count > 0) message.success(t(words, { count }));
    } catch (error) {
      message.error(wordsOf(error));
    }
  }

  const marked = range ?? (cursor ? { anchor: cursor, head: cursor } : null);

  function paste(text: string) {
    if (!marked) return;
    const start = boxOf(marked);
    const plan = pasteChanges(readBlock(text), start, columns, rows.at, object, past, where);
    if (plan.unread.length > 0) {
      message.error(
        t('table.pasteUnread', { count: plan.unread.length, sample: plan.unread.slice(0, 3).join(', ') }),
      );
      return;
    }
    void many(() => edits.saveMany(plan.changes), 'table.pasted');
    setRange({ anchor: { row: start.top, col: start.left }, head: plan.end });
  }

  function clear() {
    if (!marked) return;
    const area = boxOf(marked);
    const blank = Array.from({ length: area.bottom - area.top + 1 }, () =>
      Array.from({ length: area.right - area.left + 1 }, () => ''),
    );
    const plan = pasteChanges(blank, area, columns, rows.at, object, past, where);
    void many(() => edits.saveMany(plan.changes), 'table.cleared');
  }

  function keyDown(e: React.KeyboardEvent) {
    if (editing || e.target !== box.current) return;
    const held = e.ctrlKey || e.metaKey;
    if (held && e.key.toLowerCase() === 'z' && !e.shiftKey) {
      e.preventDefault();
      void many(edits.undo, 'table.undone');
      return;
    }
    if (held && (e.key.toLowerCase() === 'y' || (e.shiftKey && e.key.toLowerCase() === 'z'))) {
      e.preventDefault();
      void many(edits.redo, 'table.redone');
      return;
    }
    if (!cursor) {
      if (e.key.startsWith('Arrow') && rows.total > 0) {
        e.preventDefault();
        moveTo({ row: inView.first, col: 0 }, false);
      }
      return;
    }
    if (e.key === 'Tab') {
      const end = e.shiftKey
        ? cursor.row === 0 && cursor.col === 0
        : cursor.row === rows.total - 1 && cursor.col === columns.length - 1;
      if (end) return;
      e.preventDefault();
      moveTo(afterTab(cursor, e.shiftKey, bounds), false);
      return;
    }
    const from = e.shiftKey && range ? range.head : cursor;
    const next = step(from, e.key, held, bounds);
    if (next) {
      e.preventDefault();
      moveTo(next, e.shiftKey);
      return;
    }
    if (e.key === 'Enter' || e.key === 'F2') {
      e.preventDefault();
      edit(cursor);
    } else if (e.key === ' ') {
      e.preventDefault();
      const record = rows.at(cursor.row);
      if (record) e.shiftKey ? choice.toggle(cursor.row, record.id, false) : props.onOpen(record, cursor.row);
    } else if (e.key === 'Escape') {
      setRange(null);
    } else if (e.key === 'Delete' || e.key === 'Backspace') {
      e.preventDefault();
      clear();
    } else if (e.key.length === 1 && !held && !e.altKey) {
      e.preventDefault();
      edit(cursor, e.key);
    }
  }

  const chooseRow = useCallback(
    (row: number, _on: boolean, shift: boolean) => {
      const record = rows.at(row);
      if (record) choice.toggle(row, record.id, shift, rows.at);
    },
    [rows, choice.toggle],
  );
  const openRow = useCallback(
    (row: number) => {
      const record = rows.at(row);
      if (record) props.onOpen(record, row);
    },
    [rows, props.onOpen],
  );

  const shown: number[] = [];
  for (let row = inView.first; row <= inView.last; row += 1) shown.push(row);
  const titleKey = titleField(object);

  return (
    <>
      <div
        ref={box}
        className="grid"
        role="grid"
        tabIndex={0}
        aria-label={t('table.label')}
        aria-rowcount={rows.total + 1}
        aria-colcount={columns.length + 1}
        aria-activedescendant={cursor ? `cell-${cursor.row}-${cursor.col}` : undefined}
        onScroll={onScroll}
        onKeyDown={keyDown}
        onCopy={(e) => {
          if (editing || !marked) return;
          e.preventDefault();
          e.clipboardData.setData('text/plain', copyBlock(marked, columns, rows.at, where));
        }}
        onPaste={(e) => {
          if (editing || !marked) return;
          e.preventDefault();
          paste(e.clipboardData.getData('text/plain'));
        }}
      >
        <GridHead
          placed={placed}
          frozen={frozen}
          sort={props.sort}
          onSort={props.onSort}
          onWidth={props.onWidth}
          onFreeze={props.onFreeze}
          onHide={props.onHide}
          allChosen={choice.all || (rows.total > 0 && choice.count >= rows.total)}
          someChosen={choice.count > 0}
          onChooseAll={choice.setAll}
        />
        <div
          className="grid-body"
          style={{ height: Math.max(track.height, view), width: Math.max(placed.width, INDEX_WIDTH) }}
        >
          {shown.map((row) => {
            const record = rows.at(row);
            return (
              <GridRow
                key={row}
                object={object.key}
                titleKey={titleKey}
                row={row}
                record={record}
                placed={placed}
                frozen={frozen}
                top={row * height - position.top + position.scrollTop}
                height={height}
                chosen={record ? choice.has(record.id) : choice.all}
                open={record !== undefined && record.id === props.openId}
                cursor={cursor?.row === row ? cursor : null}
                range={range && row >= boxOf(range).top && row <= boxOf(range).bottom ? range : null}
                editing={editing?.row === row ? editing : null}
                onChoose={chooseRow}
                onOpen={openRow}
                onPoint={point}
                onEdit={edit}
                onSave={save}
                onEnd={endEditing}
              />
            );
          })}
        </div>
        <GridFoot placed={placed} footer={props.footer} sums={props.sums} onFooter={props.onFooter} />
      </div>
      <ConflictDialog conflict={edits.conflict} />
    </>
  );
}
