// Sorts by several fields, in the order they stand.
import { CloseOutlined, PlusOutlined, SortAscendingOutlined } from '@ant-design/icons';
import { Badge, Button, Popover, Segmented, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Obj, Sort } from '@/api/types';
import { DragList } from '@/ui/DragList';
import { useNarrow } from '@/ui/useNarrow';
import { type Catalog, resolve } from '../fieldPaths';
import { useFieldOptions } from '../filter/FilterBuilder';
import { sortable } from '../table/GridHead';

export function SortButton({
  object,
  catalog,
  sort,
  onChange,
}: {
  object: Obj;
  catalog: Catalog;
  sort: Sort[];
  onChange: (sort: Sort[]) => void;
}) {
  const { t } = useTranslation();
  const narrow = useNarrow();
  const groups = useFieldOptions(object, catalog).map((g) => ({
    ...g,
    options: g.options.filter((o) => {
      const field = resolve(o.value, object, catalog);
      return field && sortable(field);
    }),
  }));
  const free = groups[0]?.options.find((o) => !sort.some((s) => s.field === o.value));
  const change = (index: number, part: Partial<Sort>) =>
    onChange(sort.map((s, i) => (i === index ? { ...s, ...part } : s)));

  const body = (
    <div className="sort-panel">
      <DragList items={sort} keyOf={(s) => s.field} onOrder={onChange}>
        {(line, index) => (
          <div className="sort-line">
            <Select
              className="grow"
              value={line.field}
              options={groups}
              showSearch={{ optionFilterProp: 'label' }}
              aria-label={t('filter.field')}
              onChange={(field) => change(index, { field })}
            />
            <Segmented
              value={line.dir}
              options={[
                { value: 'asc', label: t('table.up') },
                { value: 'desc', label: t('table.down') },
              ]}
              onChange={(dir) => change(index, { dir: dir as Sort['dir'] })}
            />
            <Button
              type="text"
              icon={<CloseOutlined />}
              aria-label={t('common.remove')}
              onClick={() => onChange(sort.filter((_, i) => i !== index))}
            />
          </div>
        )}
      </DragList>
      <Button
        type="link"
        size="small"
        icon={<PlusOutlined />}
        disabled={!free}
        onClick={() => free && onChange([...sort, { field: free.value, dir: 'asc' }])}
      >
        {t('table.addSort')}
      </Button>
    </div>
  );

  return (
    <Popover trigger="click" placement="bottomLeft" content={body} arrow={false}>
      <Badge count={sort.length} size="small" color="#1677ff">
        <Button
          icon={<SortAscendingOutlined />}
          type={sort.length ? 'default' : 'text'}
          aria-label={t('table.sort')}
        >
          {narrow ? null : t('table.sort')}
        </Button>
      </Badge>
    </Popover>
  );
}
