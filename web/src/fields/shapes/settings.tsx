// The settings of a field type, by family. The server refuses settings it does not know, so each writes only its own.
import { Checkbox, Input, InputNumber, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Field } from '@/api/types';
import { Labelled } from '@/ui/Labelled';
import type { SettingsProps } from '../kind';

/** For types that have nothing to set. */
export function NoSettings() {
  return null;
}

export function words(field: Partial<Field>, key: string): string {
  const value = field[key];
  return typeof value === 'string' ? value : '';
}

function Whole({
  field,
  onChange,
  name,
  min = 0,
  max,
}: SettingsProps & { name: string; min?: number; max?: number }) {
  const { t } = useTranslation();
  const value = field[name];
  return (
    <Labelled label={t(`settings.${name}`)} htmlFor={`set-${name}`}>
      <InputNumber
        id={`set-${name}`}
        className="full"
        min={min}
        max={max}
        precision={0}
        value={typeof value === 'number' ? value : null}
        onChange={(n) => onChange({ [name]: n === null ? undefined : Number(n) })}
      />
    </Labelled>
  );
}

function Amount({ field, onChange, name }: SettingsProps & { name: string }) {
  const { t } = useTranslation();
  const value = field[name];
  return (
    <Labelled label={t(`settings.${name}`)} htmlFor={`set-${name}`}>
      <InputNumber<string>
        id={`set-${name}`}
        className="full"
        stringMode
        controls={false}
        value={value === undefined || value === null ? null : String(value)}
        onChange={(n) => onChange({ [name]: n === null || n === '' ? undefined : String(n) })}
      />
    </Labelled>
  );
}

function Words({ field, onChange, name }: SettingsProps & { name: string }) {
  const { t } = useTranslation();
  return (
    <Labelled label={t(`settings.${name}`)} htmlFor={`set-${name}`}>
      <Input
        id={`set-${name}`}
        value={words(field, name)}
        onChange={(e) => onChange({ [name]: e.target.value || undefined })}
      />
    </Labelled>
  );
}

export function TextSettings(props: SettingsProps) {
  return (
    <>
      <Words {...props} name="placeholder" />
      <div className="two">
        <Whole {...props} name="min_length" />
        <Whole {...props} name="max_length" />
      </div>
    </>
  );
}

export function LongTextSettings(props: SettingsProps) {
  return (
    <>
      <Words {...props} name="placeholder" />
      <Whole {...props} name="max_length" />
    </>
  );
}

export function NumberSettings(props: SettingsProps) {
  const { field, onChange } = props;
  const { t } = useTranslation();
  return (
    <>
      <div className="two">
        <Whole {...props} name="scale" max={10} />
        <Words {...props} name="unit" />
        <Amount {...props} name="min" />
        <Amount {...props} name="max" />
      </div>
      <Checkbox
        checked={field.percent === true}
        onChange={(e) => onChange({ percent: e.target.checked || undefined })}
      >
        {t('settings.percent')}
      </Checkbox>
      <Checkbox
        checked={field.plain === true}
        onChange={(e) => onChange({ plain: e.target.checked || undefined })}
      >
        {t('settings.plain')}
      </Checkbox>
    </>
  );
}

export function MoneySettings(props: SettingsProps) {
  const { field, onChange } = props;
  const { t } = useTranslation();
  return (
    <div className="two">
      <Whole {...props} name="scale" max={10} />
      <Pick
        {...props}
        name="currency"
        options={currencies.map((code) => ({ value: code, label: code }))}
        first="CNY"
      />
      <Amount {...props} name="min" />
      <Amount {...props} name="max" />
      {field.currency && !currencies.includes(String(field.currency)) ? (
        <button type="button" className="link-button" onClick={() => onChange({ currency: undefined })}>
          {t('common.clear')} {String(field.currency)}
        </button>
      ) : null}
    </div>
  );
}

const currencies = ['CNY', 'HKD', 'TWD', 'USD', 'EUR', 'GBP', 'JPY', 'KRW', 'SGD', 'AUD', 'CAD'];

/** One of a few; the first is what the server takes when nothing is said. */
function Pick({
  field,
  onChange,
  name,
  options,
  first,
}: SettingsProps & { name: string; options: { value: string; label: string }[]; first: string }) {
  const { t } = useTranslation();
  return (
    <Labelled label={t(`settings.${name}`)} htmlFor={`set-${name}`}>
      <Select
        id={`set-${name}`}
        className="full"
        value={words(field, name) || first}
        options={options}
        aria-label={t(`settings.${name}`)}
        onChange={(v) => onChange({ [name]: v === first ? undefined : v })}
      />
    </Labelled>
  );
}

export function DateSettings(props: SettingsProps) {
  const { t } = useTranslation();
  return (
    <>
      {props.field.type === 'date' ? null : (
        <Pick
          {...props}
          name="precision"
          first="minute"
          options={['minute', 'second'].map((v) => ({ value: v, label: t(`settings.precision_${v}`) }))}
        />
      )}
      {props.field.type === 'time' ? null : (
        <Pick
          {...props}
          name="format"
          first="auto"
          options={['auto', 'yyyymmdd', 'dd/mm/yyyy', 'mm/dd/yyyy', 'dd.mm.yyyy', 'mm-dd-yy'].map((v) => ({
            value: v,
            label: v === 'auto' ? t('settings.formatAuto') : v,
          }))}
        />
      )}
    </>
  );
}

export function IdNumberSettings(props: SettingsProps) {
  const { t } = useTranslation();
  return (
    <Pick
      {...props}
      name="kind"
      first="cn_id"
      options={['cn_id', 'passport', 'hk_mo', 'uscc', 'any'].map((v) => ({
        value: v,
        label: t(`settings.kind_${v}`),
      }))}
    />
  );
}

export function PhoneSettings(props: SettingsProps) {
  return (
    <Pick
      {...props}
      name="default_country"
      first="CN"
      options={['CN', 'HK', 'MO', 'TW', 'US', 'GB', 'DE', 'JP', 'KR', 'SG', 'AU'].map((v) => ({
        value: v,
        label: v,
      }))}
    />
  );
}

export function RatingSettings(props: SettingsProps) {
  return <Whole {...props} name="max" min={1} max={10} />;
}

export function AddressSettings(props: SettingsProps) {
  return (
    <Pick
      {...props}
      name="country"
      first="CN"
      options={['CN', 'HK', 'MO', 'TW', 'US', 'GB', 'DE', 'JP', 'KR', 'SG', 'AU'].map((v) => ({
        value: v,
        label: v,
      }))}
    />
  );
}

export function FileSettings(props: SettingsProps) {
  const { field, onChange } = props;
  const { t } = useTranslation();
  return (
    <>
      <div className="two">
        <Whole {...props} name="max_count" min={1} max={100} />
        <Whole {...props} name="max_size_mb" min={1} max={1024} />
      </div>
      {field.type === 'signature' ? null : (
        <Labelled label={t('settings.accept')} htmlFor="set-accept">
          <Select
            id="set-accept"
            className="full"
            mode="tags"
            open={false}
            suffixIcon={null}
            tokenSeparators={[',', ' ', '，']}
            value={Array.isArray(field.accept) ? field.accept.map(String) : []}
            placeholder={t('settings.acceptAll')}
            aria-label={t('settings.accept')}
            onChange={(list: string[]) =>
              onChange({
                accept: list.length ? list.map((e) => e.replace(/^\./, '').toLowerCase()) : undefined,
              })
            }
          />
        </Labelled>
      )}
    </>
  );
}
