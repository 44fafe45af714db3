// Small fields: a switch, stars, addresses of the net, a telephone, a place.
import { Input, InputNumber, Rate, Switch } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Field, Value } from '@/api/types';
import type { CellProps, InputProps } from '../kind';
import { textToText } from './TextShape';

export function SwitchCell({ value }: CellProps) {
  const { t } = useTranslation();
  if (value === null || value === undefined) return null;
  return <span className={value ? 'yes' : 'no'}>{value ? t('common.yes') : t('common.no')}</span>;
}

export function SwitchInput({ id, value, onChange, disabled, autoFocus, onDone, label }: InputProps) {
  return (
    <Switch
      id={id}
      checked={value === true}
      disabled={disabled}
      autoFocus={autoFocus}
      aria-label={label}
      onChange={(on) => {
        onChange(on);
        onDone?.();
      }}
    />
  );
}

export function switchFromText(text: string): Value | undefined {
  const word = text.trim().toLowerCase();
  if (['是', 'true', 'yes', '1', '√', '✓'].includes(word)) return true;
  if (['否', 'false', 'no', '0', '×', ''].includes(word)) return false;
  return undefined;
}

const starsOf = (field: Field) => (typeof field.max === 'number' ? field.max : 5);

export function RatingCell({ field, value }: CellProps) {
  return value === null || value === undefined ? null : (
    <Rate className="rate-small" disabled allowHalf count={starsOf(field)} value={Number(value)} />
  );
}

export function RatingInput({ id, field, value, onChange, disabled, onDone, label }: InputProps) {
  return (
    <span id={id}>
      <Rate
        aria-label={label}
        count={starsOf(field)}
        value={Number(value ?? 0)}
        disabled={disabled}
        onChange={(n) => {
          onChange(n === 0 ? null : n);
          onDone?.();
        }}
      />
    </span>
  );
}

function outward(type: string, text: string): string | null {
  if (type === 'email') return `mailto:${text}`;
  if (type === 'phone') return `tel:${text.replace(/[^+\d]/g, '')}`;
  return /^https?:\/\//i.test(text) ? text : null;
}

export function showPhone(text: string): string {
  const chinese = /^\+86(1\d{2})(\d{4})(\d{4})$/.exec(text);
  return chinese ? `${chinese[1]} ${chinese[2]} ${chinese[3]}` : text;
}

/** A masked value is no address, so it gets no link. */
export function OutwardCell({ field, value }: CellProps) {
  const text = textToText(value);
  const href = text.includes('*') ? null : outward(field.type, text);
  const shown = field.type === 'phone' ? showPhone(text) : text;
  if (!href) return <span className="ellipsis">{shown}</span>;
  return (
    <a
      className="ellipsis"
      href={href}
      target={field.type === 'url' ? '_blank' : undefined}
      rel="noopener noreferrer"
      title={text}
      onClick={(e) => e.stopPropagation()}
    >
      {shown}
    </a>
  );
}

interface Spot {
  lng?: string | number | null;
  lat?: string | number | null;
  address?: string | null;
}

export function locationToText(value: Value): string {
  if (!value || typeof value !== 'object') return '';
  const spot = value as Spot;
  return spot.address || [spot.lng, spot.lat].filter((n) => n !== null && n !== undefined).join(', ');
}

export function LocationCell({ value }: CellProps) {
  return <span className="ellipsis">{locationToText(value)}</span>;
}

export function LocationInput({ id, value, onChange, disabled, bad, label }: InputProps) {
  const { t } = useTranslation();
  const spot = (value && typeof value === 'object' ? value : {}) as Spot;
  function put(change: Spot) {
    const next = { ...spot, ...change };
    onChange(!next.address && !next.lng && !next.lat ? null : next);
  }
  function here() {
    navigator.geolocation?.getCurrentPosition((at) =>
      put({ lng: at.coords.longitude.toFixed(6), lat: at.coords.latitude.toFixed(6) }),
    );
  }
  return (
    <div className="location-input">
      <Input
        id={id}
        value={spot.address ?? ''}
        placeholder={t('address.detail')}
        aria-label={label}
        disabled={disabled}
        status={bad ? 'error' : undefined}
        onChange={(e) => put({ address: e.target.value })}
      />
      {(['lng', 'lat'] as const).map((axis) => (
        <InputNumber<string>
          key={axis}
          stringMode
          controls={false}
          value={spot[axis] === null || spot[axis] === undefined ? null : String(spot[axis])}
          placeholder={t(`address.${axis}`)}
          aria-label={`${label} ${t(`address.${axis}`)}`}
          disabled={disabled}
          onChange={(v) => put({ [axis]: v })}
        />
      ))}
      {disabled ? null : (
        <button type="button" className="link-button" onClick={here}>
          {t('address.here')}
        </button>
      )}
    </div>
  );
}
