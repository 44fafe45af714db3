// Records of other objects that point at this one: how many, the first of them, and a new one made in place.
import { PlusOutlined } from '@ant-design/icons';
import { Button, Collapse, Skeleton } from 'antd';
import { useTranslation } from 'react-i18next';
import { useAggregate, useRecords } from '@/api/queries/records';
import type { Field, Filter, Obj, Rec, Value } from '@/api/types';
import { kindOf } from '@/fields/registry';
import { titleField, titleOf } from '@/fields/shapes/RefPicker';
import { labelOf, useSay } from '@/i18n/label';
import { Glyph } from '@/ui/Glyph';
import { type Catalog, firstColumns, resolve } from '../fieldPaths';
import type { Pointing } from './layout';

const FIRST = 10;

export function pointingFilter(field: Field, id: string): Filter {
  return field.many
    ? { field: field.key, op: 'has_any', value: [id] }
    : { field: field.key, op: 'eq', value: id };
}

export interface RelatedProps {
  links: Pointing[];
  object: Obj;
  record: Rec;
  catalog: Catalog;
  asOf?: string;
  onOpen: (object: string, id: string) => void;
  onCreate: (object: string, defaults: Record<string, Value>) => void;
  onAll: (object: string, filter: Filter) => void;
}

export function Related(props: RelatedProps) {
  const { links } = props;
  const say = useSay();
  const { i18n } = useTranslation();
  return (
    <Collapse
      className="related"
      size="small"
      defaultActiveKey={links.slice(0, 3).map((l) => `${l.object.key}.${l.field.key}`)}
      items={links.map((link) => {
        const key = `${link.object.key}.${link.field.key}`;
        const back = labelOf(link.label ?? (link.field.back_label as string | undefined), i18n.language);
        const twice = links.filter((l) => l.object.key === link.object.key).length > 1;
        const name = back || (twice ? `${say(link.object)} · ${say(link.field)}` : say(link.object));
        return {
          key,
          label: (
            <span className="related-name">
              <Glyph
                name={say(link.object)}
                icon={link.object.icon}
                color={link.object.color ?? 'blue'}
                seed={link.object.key}
                size={18}
              />
              {name}
              <Count {...props} link={link} />
            </span>
          ),
          extra: <CreateButton {...props} link={link} />,
          children: <FirstRows {...props} link={link} />,
        };
      })}
    />
  );
}

type Part = RelatedProps & { link: Pointing };

function Count({ link, record, asOf }: Part) {
  const { data } = useAggregate(link.object.key, {
    filter: pointingFilter(link.field, record.id),
    measures: [{ fn: 'count' }],
    as_of: asOf,
  });
  const count = data?.[0]?.count;
  return count === undefined ? null : <span className="count">{String(count)}</span>;
}

function CreateButton({ link, record, object, asOf, onCreate }: Part) {
  const { t } = useTranslation();
  const say = useSay();
  if (link.object.can?.create === false || asOf) return null;
  const ref = { id: record.id, title: titleOf(record, object) };
  return (
    <Button
      size="small"
      type="text"
      icon={<PlusOutlined />}
      aria-label={t('related.create', { name: say(link.object) })}
      onClick={(e) => {
        e.stopPropagation();
        onCreate(link.object.key, { [link.field.key]: link.field.many ? [ref] : ref });
      }}
    />
  );
}

/** What the page says, with the title by which a record is opened; else the first columns of its list. */
function columnsOf(link: Pointing): string[] {
  const title = titleField(link.object);
  if (link.columns?.length) return link.columns.includes(title) ? link.columns : [title, ...link.columns];
  return firstColumns(link.object)
    .map((c) => c.field)
    .filter((key) => key !== link.field.key)
    .slice(0, 4);
}

function FirstRows({ link, record, catalog, asOf, onOpen, onAll }: Part) {
  const { t } = useTranslation();
  const say = useSay();
  const filter = pointingFilter(link.field, record.id);
  const title = titleField(link.object);
  const fields = columnsOf(link)
    .map((key) => resolve(key, link.object, catalog))
    .filter((f): f is Field => Boolean(f));
  const opens = Math.max(
    fields.findIndex((f) => f.key === title),
    0,
  );
  const { data, isLoading } = useRecords(link.object.key, {
    filter,
    sort: link.sort?.filter((s) => resolve(s.field, link.object, catalog)),
    fields: [...new Set([title, ...fields.map((f) => f.key)])],
    limit: FIRST,
    as_of: asOf,
  });
  if (isLoading) return <Skeleton active paragraph={{ rows: 2 }} title={false} />;
  const records = data?.records ?? [];
  if (records.length === 0) return <div className="muted related-none">{t('related.none')}</div>;
  return (
    <div className="related-rows">
      <table>
        <thead>
          <tr>
            {fields.map((f) => (
              <th key={f.key} style={{ textAlign: kindOf(f).align }}>
                {say(f)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {records.map((r) => (
            <tr key={r.id}>
              {fields.map((f, n) => {
                const Cell = kindOf(f).Cell;
                return (
                  <td key={f.key} style={{ textAlign: kindOf(f).align }}>
                    {n === opens ? (
                      <button
                        type="button"
                        className="ref-link"
                        onClick={() => onOpen(link.object.key, r.id)}
                      >
                        {titleOf(r, link.object) || t('common.untitled')}
                      </button>
                    ) : (
                      <Cell field={f} value={r[f.key]} />
                    )}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
      {data?.next_cursor ? (
        <Button type="link" size="small" onClick={() => onAll(link.object.key, filter)}>
          {t('related.all')}
        </Button>
      ) : null}
    </div>
  );
}
