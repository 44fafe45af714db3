// The button that opens the filter, and says how many conditions hold.
import { FilterOutlined } from '@ant-design/icons';
import { Badge, Button, Drawer, Popover, Space } from 'antd';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Filter, Obj } from '@/api/types';
import { useNarrow } from '@/ui/useNarrow';
import type { Catalog } from '../fieldPaths';
import { FilterBuilder, firstRule } from './FilterBuilder';
import { countRules, emptyGroup, fromFilter, type Group, toFilter } from './model';

export function FilterButton({
  object,
  catalog,
  filter,
  onChange,
}: {
  object: Obj;
  catalog: Catalog;
  filter: Filter | null;
  onChange: (filter: Filter | null) => void;
}) {
  const { t } = useTranslation();
  const narrow = useNarrow();
  const [open, setOpen] = useState(false);
  const [group, setGroup] = useState<Group>(() => fromFilter(filter));
  const count = countRules(fromFilter(filter));
  const text = JSON.stringify(filter);

  // A filter from outside (another view, the back button) replaces what is being built, unless it is the same.
  useEffect(() => {
    setGroup((before) => (JSON.stringify(toFilter(before)) === text ? before : fromFilter(JSON.parse(text))));
  }, [text]);

  function change(next: Group) {
    setGroup(next);
    const made = toFilter(next);
    if (JSON.stringify(made) !== text) onChange(made);
  }

  function show(on: boolean) {
    if (on && group.items.length === 0) setGroup({ ...group, items: [firstRule(object, catalog)] });
    setOpen(on);
  }

  const body = (
    <div className="filter-panel">
      <FilterBuilder object={object} catalog={catalog} group={group} onChange={change} />
      <Space className="filter-panel-foot">
        <Button size="small" disabled={group.items.length === 0} onClick={() => change(emptyGroup())}>
          {t('filter.clear')}
        </Button>
        <Button size="small" type="primary" onClick={() => setOpen(false)}>
          {t('common.done')}
        </Button>
      </Space>
    </div>
  );
  const button = (
    <Badge count={count} size="small" color="#1677ff">
      <Button
        icon={<FilterOutlined />}
        type={count ? 'default' : 'text'}
        onClick={narrow ? () => show(true) : undefined}
        aria-label={t('filter.title')}
      >
        {narrow ? null : t('filter.title')}
      </Button>
    </Badge>
  );

  if (narrow) {
    return (
      <>
        {button}
        <Drawer
          open={open}
          placement="bottom"
          size="80%"
          title={t('filter.title')}
          onClose={() => setOpen(false)}
        >
          {body}
        </Drawer>
      </>
    );
  }
  return (
    <Popover
      trigger="click"
      placement="bottomLeft"
      open={open}
      onOpenChange={show}
      content={body}
      arrow={false}
    >
      {button}
    </Popover>
  );
}
