// Builds a filter out of conditions and groups of conditions.
import { CloseOutlined, PlusOutlined } from '@ant-design/icons';
import { Button, Segmented, Select, Space } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Obj, Op } from '@/api/types';
import { opWords, wantsNoValue } from '@/fields/operators';
import { kindOf, opsOf } from '@/fields/registry';
import { useSay } from '@/i18n/label';
import { type Catalog, type PathField, pathLabel, pathsOf, resolve } from '../fieldPaths';
import { emptyGroup, type Group, nextId, type Rule, valueForOp } from './model';

interface BuilderProps {
  object: Obj;
  catalog: Catalog;
  group: Group;
  onChange: (group: Group) => void;
  deep?: number;
}

const DEEPEST = 2;

const unfilterable = (f: PathField) => opsOf(f).length === 0;

export function useFieldOptions(object: Obj, catalog: Catalog) {
  const say = useSay();
  const { own, linked } = pathsOf(object, catalog);
  const option = (f: PathField) => ({ value: f.key, label: pathLabel(f, say) });
  return [
    { label: say(object), title: say(object), options: own.filter((f) => !unfilterable(f)).map(option) },
    ...linked.map((l) => ({
      label: say(l.via),
      title: say(l.via),
      options: l.fields.filter((f) => !unfilterable(f)).map(option),
    })),
  ];
}

export function firstRule(object: Obj, catalog: Catalog, field?: string): Rule {
  const key =
    field ??
    object.title ??
    object.fields.find((f) => !f.system && f.state !== 'retired')?.key ??
    'created_at';
  const found = resolve(key, object, catalog);
  const op: Op = (found && opsOf(found)[0]) || 'eq';
  return { kind: 'rule', id: nextId(), field: key, op, value: valueForOp(op, 'is_empty', null, null) };
}

export function FilterBuilder({ object, catalog, group, onChange, deep = 0 }: BuilderProps) {
  const { t } = useTranslation();
  const put = (index: number, item: Rule | Group | null) =>
    onChange({
      ...group,
      items: item
        ? group.items.map((i, n) => (n === index ? item : i))
        : group.items.filter((_, n) => n !== index),
    });

  return (
    <div className={`filter-group filter-group-${deep}`}>
      {group.items.length > 1 || group.not ? (
        <div className="filter-join">
          <Segmented
            size="small"
            value={group.join}
            options={[
              { value: 'and', label: t('filter.all') },
              { value: 'or', label: t('filter.any') },
            ]}
            onChange={(join) => onChange({ ...group, join: join as 'and' | 'or' })}
          />
          {group.not ? <span className="filter-not">{t('filter.not')}</span> : null}
        </div>
      ) : null}
      {group.items.map((item, index) =>
        item.kind === 'group' ? (
          <div key={item.id} className="filter-nested">
            <FilterBuilder
              object={object}
              catalog={catalog}
              group={item}
              deep={deep + 1}
              onChange={(next) => put(index, next)}
            />
            <Button
              type="text"
              size="small"
              icon={<CloseOutlined />}
              aria-label={t('filter.removeGroup')}
              onClick={() => put(index, null)}
            />
          </div>
        ) : (
          <RuleLine
            key={item.id}
            object={object}
            catalog={catalog}
            rule={item}
            onChange={(next) => put(index, next)}
          />
        ),
      )}
      <Space>
        <Button
          type="link"
          size="small"
          icon={<PlusOutlined />}
          onClick={() => onChange({ ...group, items: [...group.items, firstRule(object, catalog)] })}
        >
          {t('filter.addRule')}
        </Button>
        {deep < DEEPEST ? (
          <Button
            type="link"
            size="small"
            icon={<PlusOutlined />}
            onClick={() =>
              onChange({
                ...group,
                items: [
                  ...group.items,
                  { ...emptyGroup(group.join === 'and' ? 'or' : 'and'), items: [firstRule(object, catalog)] },
                ],
              })
            }
          >
            {t('filter.addGroup')}
          </Button>
        ) : null}
      </Space>
    </div>
  );
}

function RuleLine({
  object,
  catalog,
  rule,
  onChange,
}: {
  object: Obj;
  catalog: Catalog;
  rule: Rule;
  onChange: (rule: Rule | null) => void;
}) {
  const { t } = useTranslation();
  const options = useFieldOptions(object, catalog);
  const field = resolve(rule.field, object, catalog);
  const ops = field ? opsOf(field) : [rule.op];
  const Value = field ? kindOf(field).Filter : null;

  return (
    <div className="filter-rule">
      <Select
        className="filter-field"
        value={rule.field}
        options={options}
        showSearch={{ optionFilterProp: 'label' }}
        aria-label={t('filter.field')}
        onChange={(key) => onChange({ ...firstRule(object, catalog, key), id: rule.id })}
      />
      <Select
        className="filter-op"
        value={rule.op}
        options={ops.map((op) => ({ value: op, label: t(opWords(op, field?.type ?? 'text')) }))}
        aria-label={t('filter.op')}
        onChange={(op: Op) => onChange({ ...rule, op, value: valueForOp(op, rule.op, rule.value, null) })}
      />
      <div className="filter-value">
        {Value && field && !wantsNoValue(rule.op) ? (
          <Value
            field={field}
            op={rule.op}
            value={rule.value}
            onChange={(value) => onChange({ ...rule, value })}
          />
        ) : null}
      </div>
      <Button
        type="text"
        icon={<CloseOutlined />}
        aria-label={t('filter.removeRule')}
        onClick={() => onChange(null)}
      />
    </div>
  );
}
