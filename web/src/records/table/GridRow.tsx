// One row of the table, or its placeholder while it is on its way.
import { ExpandAltOutlined } from '@ant-design/icons';
import { Checkbox } from 'antd';
import { memo } from 'react';
import { useTranslation } from 'react-i18next';
import type { Rec, Value } from '@/api/types';
import { kindOf } from '@/fields/registry';
import { CellEditor, type CellEditorProps } from './CellEditor';
import { isIn, type Range, type Spot } from './cells';
import { type Column, INDEX_WIDTH, type Placed } from './layout';

export interface RowProps {
  object: string;
  titleKey: string;
  row: number;
  record: Rec | undefined;
  placed: Placed;
  frozen: number;
  top: number;
  height: number;
  chosen: boolean;
  open: boolean;
  /** The cursor and the marked range, only where they touch this row, so that other rows need not be drawn again. */
  cursor: Spot | null;
  range: Range | null;
  editing: { col: number; seed: string | null } | null;
  onChoose: (row: number, on: boolean, shift: boolean) => void;
  onOpen: (row: number) => void;
  onPoint: (spot: Spot, extend: boolean) => void;
  onEdit: (spot: Spot) => void;
  onSave: (row: number, col: number, value: Value) => Promise<void>;
  onEnd: CellEditorProps['onEnd'];
}

export const GridRow = memo(function GridRow(props: RowProps) {
  const { row, record, placed, top, height, chosen, open } = props;
  const { t } = useTranslation();
  return (
    <div
      className={`grid-row${chosen ? ' row-chosen' : ''}${open ? ' row-open' : ''}`}
      role="row"
      aria-rowindex={row + 2}
      aria-selected={chosen}
      style={{ transform: `translateY(${top}px)`, height, width: placed.width }}
    >
      <div className="cell cell-index" role="rowheader" style={{ width: INDEX_WIDTH, left: 0 }}>
        <Checkbox
          className="row-check"
          checked={chosen}
          disabled={!record}
          onChange={(e) => props.onChoose(row, e.target.checked, (e.nativeEvent as MouseEvent).shiftKey)}
          aria-label={t('table.chooseRow', { n: row + 1 })}
        />
        <span className="row-number">{row + 1}</span>
        {record ? (
          <button
            type="button"
            className="row-open-button"
            tabIndex={-1}
            aria-label={t('table.openRow', { n: row + 1 })}
            onClick={() => props.onOpen(row)}
          >
            <ExpandAltOutlined />
          </button>
        ) : null}
      </div>
      {placed.frozen.map(({ column, index, left }) => (
        <BodyCell key={column.field.key} {...props} column={column} col={index} left={left} />
      ))}
      {placed.before ? <div style={{ width: placed.before, flex: 'none' }} /> : null}
      {placed.inView.map(({ column, index }) => (
        <BodyCell key={column.field.key} {...props} column={column} col={index} />
      ))}
    </div>
  );
});

function BodyCell(props: RowProps & { column: Column; col: number; left?: number }) {
  const { column, col, left, row, record, cursor, range, editing, frozen, titleKey } = props;
  const { t } = useTranslation();
  const { field, width } = column;
  const kind = kindOf(field);
  const here = cursor?.row === row && cursor.col === col;
  const edited = editing?.col === col;
  const classes = ['cell', 'body-cell'];
  if (left !== undefined) classes.push('cell-frozen');
  if (col === frozen - 1) classes.push('cell-frozen-last');
  if (here) classes.push('cell-here');
  if (isIn(range, row, col)) classes.push('cell-marked');
  if (kind.align === 'right') classes.push('cell-right');
  if (edited) classes.push('cell-edited');

  return (
    <div
      className={classes.join(' ')}
      role="gridcell"
      id={`cell-${row}-${col}`}
      aria-colindex={col + 2}
      style={{ width, left }}
      onMouseDown={(e) => {
        if (e.button === 0) props.onPoint({ row, col }, e.shiftKey);
      }}
      onDoubleClick={() => props.onEdit({ row, col })}
    >
      {!record ? (
        <span className="cell-waiting" />
      ) : edited ? (
        <CellEditor
          object={props.object}
          field={field}
          value={record[field.key]}
          seed={editing?.seed ?? null}
          width={width}
          onSave={(value) => props.onSave(row, col, value)}
          onEnd={props.onEnd}
        />
      ) : field.key === titleKey ? (
        <button
          type="button"
          tabIndex={-1}
          className="cell-title ellipsis"
          onMouseDown={(e) => e.stopPropagation()}
          onDoubleClick={(e) => e.stopPropagation()}
          onClick={() => props.onOpen(row)}
        >
          {kind.toText(record[field.key], field, { timeZone: 'UTC', lang: 'zh' }) || t('common.untitled')}
        </button>
      ) : (
        <kind.Cell field={field} value={record[field.key]} />
      )}
    </div>
  );
}
