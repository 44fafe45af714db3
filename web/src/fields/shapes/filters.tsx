// The value part of a filter condition, by family of field types.
import { DatePicker, Input, InputNumber, Select, Space, TimePicker } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Ref, Value } from '@/api/types';
import { useSay } from '@/i18n/label';
import { cleanDecimal } from '@/ui/decimal';
import { usePlace } from '@/ui/place';
import { DATE, dayjs, MINUTE, momentOf, wallClock } from '@/ui/time';
import type { FilterProps } from '../kind';
import { wantsList, wantsPair } from '../operators';
import { keysOf, OptionTag, optionsOf } from './ChoiceShape';
import { RefPicker, useTitles } from './RefPicker';
import { targetOf } from './RefShape';

const pairOf = (value: Value): [Value, Value] =>
  Array.isArray(value) ? [value[0] ?? null, value[1] ?? null] : [null, null];

export function TextFilter({ op, value, onChange }: FilterProps) {
  const { t } = useTranslation();
  if (wantsList(op)) {
    return (
      <Select
        className="full"
        mode="tags"
        value={keysOf(value)}
        onChange={onChange}
        open={false}
        suffixIcon={null}
        tokenSeparators={[',', '，', ';', '、', '\n']}
        placeholder={t('filter.manyHint')}
        aria-label={t('filter.value')}
      />
    );
  }
  return (
    <Input
      value={typeof value === 'string' ? value : ''}
      onChange={(e) => onChange(e.target.value)}
      placeholder={t('filter.valueHint')}
      aria-label={t('filter.value')}
      allowClear
    />
  );
}

export function NumberFilter({ op, value, onChange }: FilterProps) {
  const { t } = useTranslation();
  const one = (v: Value, put: (v: Value) => void, label: string) => (
    <InputNumber<string>
      stringMode
      controls={false}
      className="full"
      value={v === null || v === undefined ? null : String(v)}
      parser={(text) => cleanDecimal(text ?? '')}
      onChange={(n) => put(n === null || n === '' ? null : String(n))}
      aria-label={label}
    />
  );
  if (!wantsPair(op)) return one(Array.isArray(value) ? null : value, onChange, t('filter.value'));
  const [from, to] = pairOf(value);
  return (
    <Space.Compact block>
      {one(from, (v) => onChange([v, to]), t('filter.from'))}
      {one(to, (v) => onChange([from, v]), t('filter.to'))}
    </Space.Compact>
  );
}

const presets = [
  'today',
  'yesterday',
  'tomorrow',
  'this_week',
  'last_week',
  'next_week',
  'this_month',
  'last_month',
  'next_month',
  'this_quarter',
  'last_quarter',
  'next_quarter',
  'this_year',
  'last_year',
  'next_year',
];
const units = ['minute', 'hour', 'day', 'week', 'month'];
interface Span {
  last?: number;
  next?: number;
  unit: string;
}
const isSpan = (value: Value): value is Span =>
  typeof value === 'object' && value !== null && 'unit' in value;

function WithinFilter({ field, value, onChange }: FilterProps) {
  const { t } = useTranslation();
  const span = isSpan(value) ? value : null;
  const way = span ? (span.next !== undefined ? 'next' : 'last') : String(value ?? 'this_month');
  const count = span ? (span.last ?? span.next ?? 7) : 7;
  const options = [
    ...presets.map((p) => ({ value: p, label: t(`within.${p}`) })),
    { value: 'last', label: t('within.last') },
    { value: 'next', label: t('within.next') },
  ];
  const put = (w: string, n: number, unit: string) =>
    onChange(w === 'last' || w === 'next' ? { [w]: n, unit } : w);
  return (
    <Space.Compact block>
      <Select
        className="grow"
        value={way}
        options={options}
        onChange={(w) => put(w, count, span?.unit ?? 'day')}
        aria-label={t('filter.value')}
      />
      {span ? (
        <>
          <InputNumber
            min={1}
            max={9999}
            value={count}
            onChange={(n) => put(way, Number(n ?? 1), span.unit)}
            aria-label={t('filter.howMany')}
            style={{ width: 76 }}
          />
          <Select
            value={span.unit}
            options={units
              .filter((u) => field.type === 'datetime' || (u !== 'minute' && u !== 'hour'))
              .map((u) => ({ value: u, label: t(`units.${u}`) }))}
            onChange={(u) => put(way, count, u)}
            aria-label={t('filter.unit')}
            style={{ width: 88 }}
          />
        </>
      ) : null}
    </Space.Compact>
  );
}

export function DateFilter(props: FilterProps) {
  const { field, op, value, onChange } = props;
  const { t } = useTranslation();
  const { timeZone } = usePlace();
  if (op === 'within') return <WithinFilter {...props} />;
  const moment = field.type === 'datetime';
  const one = (v: Value, put: (v: Value) => void, label: string) =>
    field.type === 'time' ? (
      <TimePicker
        className="full"
        format="HH:mm"
        needConfirm={false}
        value={typeof v === 'string' ? dayjs(v, ['HH:mm:ss', 'HH:mm']) : null}
        onChange={(d) => put(d && !Array.isArray(d) ? d.format('HH:mm:ss') : null)}
        aria-label={label}
      />
    ) : (
      <DatePicker
        className="full"
        value={typeof v === 'string' ? (moment ? wallClock(v, timeZone) : dayjs(v)) : null}
        showTime={moment ? { format: 'HH:mm' } : false}
        format={moment ? MINUTE : DATE}
        needConfirm={false}
        onChange={(d) => put(d ? (moment ? momentOf(d, timeZone) : d.format(DATE)) : null)}
        aria-label={label}
      />
    );
  if (!wantsPair(op)) return one(Array.isArray(value) ? null : value, onChange, t('filter.value'));
  const [from, to] = pairOf(value);
  return (
    <Space.Compact block>
      {one(from, (v) => onChange([v, to]), t('filter.from'))}
      {one(to, (v) => onChange([from, v]), t('filter.to'))}
    </Space.Compact>
  );
}

export function ChoiceFilter({ field, op, value, onChange }: FilterProps) {
  const { t } = useTranslation();
  const say = useSay();
  const many = wantsList(op);
  const keys = keysOf(value);
  return (
    <Select
      className="full"
      mode={many ? 'multiple' : undefined}
      value={many ? keys : (keys[0] ?? null)}
      options={optionsOf(field).map((o) => ({ value: o.key, label: say(o), option: o }))}
      showSearch={{ optionFilterProp: 'label' }}
      optionRender={(o) => <OptionTag option={o.data.option} fallback={String(o.value)} />}
      onChange={onChange}
      placeholder={t('common.choose')}
      aria-label={t('filter.value')}
    />
  );
}

export function SwitchFilter({ value, onChange }: FilterProps) {
  const { t } = useTranslation();
  return (
    <Select
      className="full"
      value={value === undefined || value === null ? null : value ? 'yes' : 'no'}
      options={[
        { value: 'yes', label: t('common.yes') },
        { value: 'no', label: t('common.no') },
      ]}
      onChange={(v) => onChange(v === 'yes')}
      placeholder={t('common.choose')}
      aria-label={t('filter.value')}
    />
  );
}

const ME = '@me';
const MINE = '@my_department';

function toIds(value: Value): string[] {
  const list = Array.isArray(value) ? value : value === null || value === undefined ? [] : [value];
  return list.map((v) => {
    if (typeof v === 'object' && v !== null) {
      if ('me' in v) return ME;
      if ('my_department' in v) return MINE;
      return String((v as Ref).id);
    }
    return String(v);
  });
}

const fromId = (id: string): Value => (id === ME ? { me: true } : id === MINE ? { my_department: true } : id);

export function RefFilter({ field, op, value, onChange }: FilterProps) {
  const { t } = useTranslation();
  const to = targetOf(field);
  const ids = toIds(value);
  const titles = useTitles(
    to,
    ids.filter((id) => !id.startsWith('@')),
  );
  const extra = [
    ...(to === 'person' ? [{ value: ME, label: t('filter.me') }] : []),
    ...(to === 'department' ? [{ value: MINE, label: t('filter.myDepartment') }] : []),
  ];
  const many = wantsList(op);
  const refs = ids.map((id) => ({
    id,
    title: extra.find((e) => e.value === id)?.label ?? titles.get(id) ?? '…',
  }));
  return (
    <RefPicker
      to={to}
      many={many}
      value={refs}
      extra={extra}
      onChange={(next) => {
        const values = next.map((r) => fromId(r.id));
        onChange(many ? values : (values[0] ?? null));
      }}
      label={t('filter.value')}
    />
  );
}

/** For fields that can only be asked whether they are filled. */
export function NoFilter() {
  return null;
}
