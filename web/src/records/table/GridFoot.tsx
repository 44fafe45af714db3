// The last line of the table: what the columns add up to.
import { Dropdown } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Field, Value } from '@/api/types';
import { kindOf } from '@/fields/registry';
import { yieldsOf } from '@/fields/shapes/ComputedShape';
import { numberToText } from '@/fields/shapes/NumberShape';
import { formatDecimal, roundDecimal } from '@/ui/decimal';
import { usePlace } from '@/ui/place';
import { type Column, INDEX_WIDTH, type Placed } from './layout';

export const measureName = (field: string, fn: string) => `${fn}__${field.replace('.', '__')}`;

function sumsOf(field: Field): string[] {
  if (field.type === 'formula' && yieldsOf(field) !== 'number') return ['count'];
  return kindOf(field).sums;
}

export function GridFoot({
  placed,
  footer,
  sums,
  onFooter,
}: {
  placed: Placed;
  footer: Record<string, string>;
  sums: Record<string, Value> | undefined;
  onFooter: (field: string, fn: string | null) => void;
}) {
  const { t } = useTranslation();
  return (
    <div className="grid-foot" role="row" style={{ width: placed.width }}>
      <div className="cell cell-index" style={{ width: INDEX_WIDTH, left: 0 }}>
        <span className="muted">{t('table.sums')}</span>
      </div>
      {placed.frozen.map(({ column, left }) => (
        <FootCell key={column.field.key} column={column} left={left} {...{ footer, sums, onFooter }} />
      ))}
      {placed.before ? <div style={{ width: placed.before, flex: 'none' }} /> : null}
      {placed.inView.map(({ column }) => (
        <FootCell key={column.field.key} column={column} {...{ footer, sums, onFooter }} />
      ))}
    </div>
  );
}

function FootCell({
  column,
  left,
  footer,
  sums,
  onFooter,
}: {
  column: Column;
  left?: number;
  footer: Record<string, string>;
  sums: Record<string, Value> | undefined;
  onFooter: (field: string, fn: string | null) => void;
}) {
  const { t } = useTranslation();
  const place = usePlace();
  const { field, width } = column;
  const fn = footer[field.key];
  const value = fn ? sums?.[measureName(field.key, fn)] : undefined;
  const counts = fn === 'count' || fn === 'count_distinct';

  function shown(): string {
    if (value === undefined || value === null) return '–';
    if (counts) return formatDecimal(value);
    if (fn === 'avg' || fn === 'median') {
      return numberToText(
        roundDecimal(value, typeof field.scale === 'number' ? Math.max(field.scale, 2) : 2),
        field,
      );
    }
    return kindOf(field).toText(value, field, place);
  }

  return (
    <div
      className={`cell foot-cell${left === undefined ? '' : ' cell-frozen'}`}
      style={{ width, left }}
      role="gridcell"
    >
      <Dropdown
        trigger={['click']}
        menu={{
          selectedKeys: [fn ?? 'none'],
          items: [
            { key: 'none', label: t('sums.none') },
            ...sumsOf(field).map((key) => ({ key, label: t(`sums.${key}`) })),
          ],
          onClick: (e) => onFooter(field.key, e.key === 'none' ? null : e.key),
        }}
      >
        <button type="button" className={fn ? 'foot-value' : 'foot-value foot-none'}>
          {fn ? (
            <>
              <span className="muted">{t(`sums.${fn}`)}</span> <span className="tab-num">{shown()}</span>
            </>
          ) : (
            t('table.addSum')
          )}
        </button>
      </Dropdown>
    </div>
  );
}
