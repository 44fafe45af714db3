// A postal address: in China chosen by province, city and district, elsewhere typed.
import { Cascader, Input } from 'antd';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Value } from '@/api/types';
import type { CellProps, InputProps } from '../kind';
import { type Division, loadDivisions } from './divisions';
import { textToText } from './TextShape';

interface Address {
  province?: string | null;
  city?: string | null;
  district?: string | null;
  detail?: string | null;
}
const parts = ['province', 'city', 'district', 'detail'] as const;
const levels = ['province', 'city', 'district'] as const;

export function addressToText(value: Value): string {
  if (!value || typeof value !== 'object') return textToText(value);
  const address = value as Address;
  // 北京市 北京市 is said once.
  return parts
    .map((p) => address[p])
    .filter((name, n, all) => name && name !== all[n - 1])
    .join(' ');
}

export function AddressCell({ value }: CellProps) {
  const text = addressToText(value);
  return (
    <span className="ellipsis" title={text}>
      {text}
    </span>
  );
}

export function AddressInput(props: InputProps) {
  const { field, value, onChange } = props;
  const address = (value && typeof value === 'object' ? value : {}) as Address;
  function put(change: Address) {
    const next: Address = { ...address, ...change };
    onChange(parts.every((p) => !next[p]) ? null : next);
  }
  const chinese = !field.country || field.country === 'CN';
  return (
    <div className="address-input">
      {chinese ? (
        <Chosen {...props} address={address} put={put} />
      ) : (
        <Typed {...props} address={address} put={put} />
      )}
      <Detail {...props} address={address} put={put} />
    </div>
  );
}

type PartProps = InputProps & { address: Address; put: (change: Address) => void };

function Chosen({ id, address, put, disabled, bad, label }: PartProps) {
  const { t } = useTranslation();
  const [divisions, setDivisions] = useState<Division[]>([]);
  useEffect(() => {
    let here = true;
    void loadDivisions().then((list) => here && setDivisions(list));
    return () => {
      here = false;
    };
  }, []);
  const path = levels.map((l) => address[l]).filter((name): name is string => Boolean(name));
  return (
    <Cascader
      id={id}
      className="address-detail full"
      value={path}
      options={divisions}
      changeOnSelect
      allowClear
      showSearch
      disabled={disabled}
      status={bad ? 'error' : undefined}
      placeholder={t('address.region')}
      aria-label={`${label} ${t('address.region')}`}
      onChange={(chosen) => {
        const [province, city, district] = (chosen ?? []) as string[];
        put({ province: province ?? null, city: city ?? null, district: district ?? null });
      }}
    />
  );
}

function Typed({ id, address, put, disabled, bad, label }: PartProps) {
  const { t } = useTranslation();
  return levels.map((p) => (
    <Input
      key={p}
      id={p === 'province' ? id : undefined}
      value={address[p] ?? ''}
      placeholder={t(`address.${p}`)}
      aria-label={`${label} ${t(`address.${p}`)}`}
      disabled={disabled}
      status={bad ? 'error' : undefined}
      onChange={(e) => put({ [p]: e.target.value || null })}
    />
  ));
}

function Detail({ address, put, disabled, bad, label }: PartProps) {
  const { t } = useTranslation();
  return (
    <Input
      className="address-detail"
      value={address.detail ?? ''}
      placeholder={t('address.detail')}
      aria-label={`${label} ${t('address.detail')}`}
      disabled={disabled}
      status={bad ? 'error' : undefined}
      onChange={(e) => put({ detail: e.target.value || null })}
    />
  );
}
