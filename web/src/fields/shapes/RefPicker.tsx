// Picks records of another object by typing a part of their title.
import { Select } from 'antd';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useObject } from '@/api/queries/objects';
import { useRecords } from '@/api/queries/records';
import type { Filter, Obj, Rec, Ref } from '@/api/types';
import { useLater } from '@/ui/useLater';

export function titleField(object: Obj | undefined): string {
  return object?.title ?? object?.fields.find((f) => !f.system && f.type === 'text')?.key ?? 'name';
}

export function titleOf(record: Rec, object: Obj | undefined): string {
  const value = record[titleField(object)];
  if (value && typeof value === 'object' && 'title' in value) return String(value.title);
  return value === null || value === undefined || value === '' ? '' : String(value);
}

/** Titles of records that are only known by id. */
export function useTitles(objectKey: string, ids: string[]): Map<string, string> {
  const object = useObject(objectKey);
  const filter: Filter = { field: 'id', op: 'in', value: ids };
  const { data } = useRecords(
    objectKey,
    { filter, fields: [titleField(object)], limit: Math.max(1, ids.length) },
    ids.length > 0 && Boolean(object),
  );
  return useMemo(() => new Map((data?.records ?? []).map((r) => [r.id, titleOf(r, object)])), [data, object]);
}

export interface RefPickerProps {
  id?: string;
  to: string;
  many?: boolean;
  value: Ref[];
  onChange: (value: Ref[]) => void;
  disabled?: boolean;
  bad?: boolean;
  autoFocus?: boolean;
  inGrid?: boolean;
  onDone?: () => void;
  label: string;
  /** Choices before the records, such as "me". */
  extra?: { value: string; label: string }[];
  filter?: Filter | null;
}

export function RefPicker(props: RefPickerProps) {
  const { to, many, value, onChange, extra = [] } = props;
  const { t } = useTranslation();
  const object = useObject(to);
  const [open, setOpen] = useState(Boolean(props.inGrid));
  const [typed, setTyped] = useState('');
  const search = useLater(typed.trim(), 250);
  const title = titleField(object);
  const parts: Filter[] = [];
  if (search) parts.push({ field: title, op: 'contains', value: search });
  if (props.filter) parts.push(props.filter);
  const { data, isFetching } = useRecords(
    to,
    {
      filter: parts.length > 1 ? { and: parts } : (parts[0] ?? null),
      fields: [title],
      limit: 30,
      sort: [{ field: title, dir: 'asc' }],
    },
    open && Boolean(object),
  );

  const options = useMemo(() => {
    const known = new Map<string, string>(extra.map((e) => [e.value, e.label]));
    for (const ref of value) if (!known.has(ref.id)) known.set(ref.id, ref.title || t('common.untitled'));
    for (const record of data?.records ?? [])
      known.set(record.id, titleOf(record, object) || t('common.untitled'));
    return [...known].map(([id, label]) => ({ value: id, label }));
  }, [data, value, extra, object, t]);

  function take(ids: string[]) {
    onChange(ids.map((id) => ({ id, title: options.find((o) => o.value === id)?.label ?? '' })));
  }

  return (
    <Select
      id={props.id}
      className="full"
      mode={many ? 'multiple' : undefined}
      value={many ? value.map((v) => v.id) : (value[0]?.id ?? null)}
      options={options}
      allowClear
      showSearch={{ filterOption: false, onSearch: setTyped }}
      loading={isFetching}
      onOpenChange={setOpen}
      defaultOpen={props.inGrid}
      placeholder={props.inGrid ? undefined : t('common.searchAndChoose')}
      notFoundContent={isFetching ? t('common.loading') : t('common.nothingFound')}
      onChange={(v: string | string[] | null | undefined) => {
        take(Array.isArray(v) ? v : v ? [v] : []);
        if (!many) props.onDone?.();
      }}
      disabled={props.disabled}
      status={props.bad ? 'error' : undefined}
      autoFocus={props.autoFocus}
      variant={props.inGrid ? 'borderless' : undefined}
      aria-label={props.label}
    />
  );
}
