// Column heads: sort by a click, widen by dragging the edge, more in the menu.
import { ArrowDownOutlined, ArrowUpOutlined, DownOutlined } from '@ant-design/icons';
import type { MenuProps } from 'antd';
import { Checkbox, Dropdown } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Field, Sort } from '@/api/types';
import { kindOf } from '@/fields/registry';
import { useSay } from '@/i18n/label';
import { pathLabel } from '../fieldPaths';
import { type Column, INDEX_WIDTH, LEAST_WIDTH, type Placed } from './layout';

export interface HeadProps {
  placed: Placed;
  frozen: number;
  sort: Sort[];
  onSort: (sort: Sort[]) => void;
  onWidth: (field: string, width: number, done: boolean) => void;
  onFreeze: (count: number) => void;
  onHide: (field: string) => void;
  allChosen: boolean;
  someChosen: boolean;
  onChooseAll: (on: boolean) => void;
}

const unsortable = new Set([
  'image',
  'file',
  'signature',
  'subform',
  'json',
  'rich_text',
  'location',
  'people',
  'departments',
  'tags',
]);
export const sortable = (field: Field) =>
  !unsortable.has(field.type) && !(field.type === 'link' && field.many);

export function GridHead(props: HeadProps) {
  const { placed, allChosen, someChosen, onChooseAll } = props;
  const { t } = useTranslation();
  return (
    <div className="grid-head" role="row" aria-rowindex={1} style={{ width: placed.width }}>
      <div className="cell cell-index" role="columnheader" style={{ width: INDEX_WIDTH, left: 0 }}>
        <Checkbox
          checked={allChosen}
          indeterminate={someChosen && !allChosen}
          onChange={(e) => onChooseAll(e.target.checked)}
          aria-label={t('table.chooseAll')}
        />
      </div>
      {placed.frozen.map(({ column, index, left }) => (
        <HeadCell key={column.field.key} {...props} column={column} index={index} left={left} />
      ))}
      {placed.before ? <div style={{ width: placed.before, flex: 'none' }} /> : null}
      {placed.inView.map(({ column, index }) => (
        <HeadCell key={column.field.key} {...props} column={column} index={index} />
      ))}
    </div>
  );
}

function HeadCell({
  column,
  index,
  left,
  frozen,
  sort,
  onSort,
  onWidth,
  onFreeze,
  onHide,
}: HeadProps & { column: Column; index: number; left?: number }) {
  const { t } = useTranslation();
  const say = useSay();
  const { field, width } = column;
  const kind = kindOf(field);
  const sorted = sort.find((s) => s.field === field.key);
  const label = pathLabel(field, say);
  const canSort = sortable(field);

  function turn() {
    if (!canSort) return;
    if (!sorted) onSort([{ field: field.key, dir: 'asc' }]);
    else if (sorted.dir === 'asc') onSort([{ field: field.key, dir: 'desc' }]);
    else onSort(sort.filter((s) => s.field !== field.key));
  }

  function drag(e: React.PointerEvent<HTMLSpanElement>) {
    e.preventDefault();
    e.stopPropagation();
    const edge = e.currentTarget;
    const startX = e.clientX;
    edge.setPointerCapture(e.pointerId);
    const at = (x: number) => Math.max(LEAST_WIDTH, Math.round(width + x - startX));
    edge.onpointermove = (m) => onWidth(field.key, at(m.clientX), false);
    edge.onpointerup = (u) => {
      edge.onpointermove = null;
      edge.onpointerup = null;
      onWidth(field.key, at(u.clientX), true);
    };
  }

  const items: MenuProps['items'] = [
    { key: 'asc', label: t('table.sortUp'), disabled: !canSort },
    { key: 'desc', label: t('table.sortDown'), disabled: !canSort },
    { type: 'divider' },
    { key: 'freeze', label: index < frozen ? t('table.unfreeze') : t('table.freeze') },
    { key: 'hide', label: t('table.hide') },
  ];

  function choose(key: string) {
    if (key === 'asc' || key === 'desc') onSort([{ field: field.key, dir: key }]);
    if (key === 'freeze') onFreeze(index < frozen ? 0 : index + 1);
    if (key === 'hide') onHide(field.key);
  }

  return (
    <div
      className={`cell head-cell${left === undefined ? '' : ' cell-frozen'}${index === frozen - 1 ? ' cell-frozen-last' : ''}`}
      role="columnheader"
      aria-colindex={index + 2}
      aria-sort={sorted ? (sorted.dir === 'asc' ? 'ascending' : 'descending') : 'none'}
      style={{ width, left }}
    >
      <button
        type="button"
        className="head-name"
        style={{ justifyContent: kind.align === 'right' ? 'flex-end' : 'flex-start' }}
        onClick={turn}
        title={label}
      >
        <span className="head-sign" aria-hidden="true">
          {kind.sign}
        </span>
        <span className="ellipsis">{label}</span>
        {sorted ? sorted.dir === 'asc' ? <ArrowUpOutlined /> : <ArrowDownOutlined /> : null}
      </button>
      <Dropdown trigger={['click']} menu={{ items, onClick: (e) => choose(e.key) }}>
        <button type="button" className="head-more" aria-label={t('table.columnMenu', { name: label })}>
          <DownOutlined />
        </button>
      </Dropdown>
      <span className="head-edge" onPointerDown={drag} aria-hidden="true" />
    </div>
  );
}
