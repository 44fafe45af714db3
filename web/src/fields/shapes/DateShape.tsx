// Fields that are a day, a moment or a time of day.
import { DatePicker, TimePicker } from 'antd';
import type { Field, Value } from '@/api/types';
import { type Place, usePlace } from '@/ui/place';
import { DATE, dayjs, MINUTE, momentOf, showMoment, wallClock } from '@/ui/time';
import type { CellProps, InputProps } from '../kind';

export function dateToText(value: Value, field: Field, place: Place): string {
  if (typeof value !== 'string' || !value) return '';
  if (field.type === 'datetime') return showMoment(value, place.timeZone, MINUTE);
  if (field.type === 'time') return value.slice(0, 5);
  return value.slice(0, 10);
}

const read = [DATE, 'YYYY/M/D', 'YYYY-M-D', 'YYYY.M.D', 'YYYY年M月D日'];
const readMoments = [MINUTE, 'YYYY-MM-DD HH:mm:ss', 'YYYY/M/D H:mm', 'YYYY-M-D H:mm', ...read];

export function dateFromText(text: string, field: Field, place: Place): Value | undefined {
  const clean = text.trim();
  if (clean === '') return null;
  if (field.type === 'time') {
    const time = dayjs(clean, ['H:mm', 'HH:mm:ss'], true);
    return time.isValid() ? time.format('HH:mm:ss') : undefined;
  }
  const moment = field.type === 'datetime';
  const day = dayjs(clean, moment ? readMoments : read, true);
  if (!day.isValid()) return undefined;
  return moment ? momentOf(day, place.timeZone) : day.format(DATE);
}

export function DateCell({ field, value }: CellProps) {
  const place = usePlace();
  return <span className="tab-num">{dateToText(value, field, place)}</span>;
}

export function DateInput({
  id,
  field,
  value,
  onChange,
  disabled,
  bad,
  autoFocus,
  inGrid,
  label,
}: InputProps) {
  const place = usePlace();
  const moment = field.type === 'datetime';
  const text = typeof value === 'string' ? value : null;
  const shown = text ? (moment ? wallClock(text, place.timeZone) : dayjs(text)) : null;
  return (
    <DatePicker
      id={id}
      className="full"
      value={shown}
      showTime={moment ? { format: 'HH:mm' } : false}
      format={moment ? [MINUTE, 'YYYY/M/D H:mm'] : [DATE, 'YYYY/M/D', 'YYYYMMDD']}
      needConfirm={false}
      onChange={(d) => onChange(d ? (moment ? momentOf(d, place.timeZone) : d.format(DATE)) : null)}
      disabled={disabled}
      status={bad ? 'error' : undefined}
      autoFocus={autoFocus}
      defaultOpen={inGrid}
      variant={inGrid ? 'borderless' : undefined}
      aria-label={label}
      aria-invalid={bad || undefined}
    />
  );
}

export function TimeInput({ id, value, onChange, disabled, bad, autoFocus, inGrid, label }: InputProps) {
  const text = typeof value === 'string' ? value : null;
  return (
    <TimePicker
      id={id}
      className="full"
      format="HH:mm"
      value={text ? dayjs(text, ['HH:mm:ss', 'HH:mm']) : null}
      needConfirm={false}
      onChange={(d) => onChange(d ? (Array.isArray(d) ? null : d.format('HH:mm:ss')) : null)}
      disabled={disabled}
      status={bad ? 'error' : undefined}
      autoFocus={autoFocus}
      defaultOpen={inGrid}
      variant={inGrid ? 'borderless' : undefined}
      aria-label={label}
    />
  );
}
