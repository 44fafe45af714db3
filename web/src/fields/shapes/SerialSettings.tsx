// What a serial number is made of: fixed text, the day, a field, and exactly one count.
import { DeleteOutlined, PlusOutlined } from '@ant-design/icons';
import { Button, Dropdown, Input, InputNumber, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { useSay } from '@/i18n/label';
import { DragList } from '@/ui/DragList';
import { Labelled } from '@/ui/Labelled';
import type { SettingsProps } from '../kind';

interface Count {
  digits?: number;
  start?: number;
  reset?: string;
}
type Part = { text: string } | { date: string } | { count: Count } | { field: string };

const partsOf = (value: unknown): Part[] =>
  Array.isArray(value) && value.length ? (value as Part[]) : [{ count: { digits: 5 } }];
const blank: Record<string, Part> = { text: { text: '' }, date: { date: 'yyyymmdd' }, field: { field: '' } };

/** How the next number will look, for a person to judge by. */
export function serialSample(parts: Part[], day = new Date()): string {
  const two = (n: number) => String(n).padStart(2, '0');
  return parts
    .map((part) => {
      if ('text' in part) return part.text;
      if ('field' in part) return `{${part.field}}`;
      if ('count' in part) return String(part.count.start ?? 1).padStart(part.count.digits ?? 5, '0');
      return part.date
        .replace('yyyy', String(day.getFullYear()))
        .replace('yy', two(day.getFullYear() % 100))
        .replace('mm', two(day.getMonth() + 1))
        .replace('dd', two(day.getDate()));
    })
    .join('');
}

export function SerialSettings({ field, onChange, object }: SettingsProps) {
  const { t } = useTranslation();
  const say = useSay();
  const parts = partsOf(field.parts);
  const put = (next: Part[]) => onChange({ parts: next });
  const change = (n: number, part: Part) => put(parts.map((p, i) => (i === n ? part : p)));
  const fields = (object?.fields ?? []).filter(
    (f) => ['text', 'choice', 'department'].includes(f.type) && f.state !== 'retired',
  );

  function line(part: Part, n: number) {
    if ('text' in part) {
      return (
        <Input
          value={part.text}
          aria-label={t('serial.text')}
          placeholder={t('serial.text')}
          onChange={(e) => change(n, { text: e.target.value })}
        />
      );
    }
    if ('date' in part) {
      return (
        <Select
          className="grow"
          value={part.date}
          options={['yyyy', 'yyyymm', 'yyyymmdd', 'yymmdd', 'yy'].map((v) => ({ value: v, label: v }))}
          aria-label={t('serial.date')}
          onChange={(date) => change(n, { date })}
        />
      );
    }
    if ('field' in part) {
      return (
        <Select
          className="grow"
          value={part.field || null}
          options={fields.map((f) => ({ value: f.key, label: say(f) }))}
          aria-label={t('serial.field')}
          placeholder={t('serial.field')}
          onChange={(key) => change(n, { field: key })}
        />
      );
    }
    const { count } = part;
    return (
      <>
        <span className="muted">{t('serial.count')}</span>
        <InputNumber
          min={1}
          max={12}
          precision={0}
          value={count.digits ?? 5}
          aria-label={t('serial.digits')}
          prefix={<span className="muted">{t('serial.digits')}</span>}
          onChange={(d) => change(n, { count: { ...count, digits: Number(d ?? 5) } })}
        />
        <InputNumber
          min={0}
          precision={0}
          value={count.start ?? 1}
          aria-label={t('serial.start')}
          prefix={<span className="muted">{t('serial.start')}</span>}
          onChange={(d) => change(n, { count: { ...count, start: Number(d ?? 1) } })}
        />
        <Select
          value={count.reset ?? 'never'}
          options={['never', 'day', 'week', 'month', 'year'].map((v) => ({
            value: v,
            label: t(`serial.reset_${v}`),
          }))}
          aria-label={t('serial.reset')}
          onChange={(reset) => change(n, { count: { ...count, reset } })}
        />
      </>
    );
  }

  return (
    <Labelled label={t('serial.parts')} hint={t('serial.sample', { sample: serialSample(parts) })}>
      <DragList items={parts} keyOf={(p, n) => `${Object.keys(p)[0]}${n}`} onOrder={put}>
        {(part, n) => (
          <div className="sort-line">
            {line(part, n)}
            {'count' in part ? null : (
              <Button
                type="text"
                icon={<DeleteOutlined />}
                aria-label={t('common.remove')}
                onClick={() => put(parts.filter((_, i) => i !== n))}
              />
            )}
          </div>
        )}
      </DragList>
      <Dropdown
        trigger={['click']}
        menu={{
          items: Object.keys(blank).map((key) => ({ key, label: t(`serial.${key}`) })),
          onClick: (e) => put([...parts, blank[e.key] ?? { text: '' }]),
        }}
      >
        <Button size="small" icon={<PlusOutlined />}>
          {t('serial.add')}
        </Button>
      </Dropdown>
    </Labelled>
  );
}
