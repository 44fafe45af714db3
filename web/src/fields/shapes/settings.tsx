// The settings of a field type, by family. The server refuses settings it does not know, so each writes only its own.
import { Checkbox, Input, InputNumber, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Field } from '@/api/types';
import { useSay } from '@/i18n/label';
import { Labelled } from '@/ui/Labelled';
import type { SettingsProps } from '../kind';

/** For types that have nothing to set. */
export function NoSettings() {
  return null;
}

function words(field: Partial<Field>, key: string): string {
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

export function LinkSettings({ field, onChange, objects, object }: SettingsProps) {
  const { t } = useTranslation();
  const say = useSay();
  const fixed = Boolean(object?.fields.some((f) => f.key === field.key));
  return (
    <>
      <Labelled label={t('settings.to')} required htmlFor="set-to">
        <Select
          id="set-to"
          className="full"
          disabled={fixed}
          value={field.to ?? null}
          options={objects.filter((o) => o.state !== 'retired').map((o) => ({ value: o.key, label: say(o) }))}
          showSearch={{ optionFilterProp: 'label' }}
          onChange={(to) => onChange({ to })}
        />
      </Labelled>
      <Checkbox
        checked={field.many === true}
        disabled={fixed}
        onChange={(e) => onChange({ many: e.target.checked || undefined })}
      >
        {t('settings.many')}
      </Checkbox>
      <Labelled label={t('settings.onDelete')} htmlFor="set-on-delete">
        <Select
          id="set-on-delete"
          className="full"
          value={words(field, 'on_delete') || 'clear'}
          options={['clear', 'refuse', 'delete'].map((v) => ({
            value: v,
            label: t(`settings.onDelete_${v}`),
          }))}
          onChange={(v) => onChange({ on_delete: v === 'clear' ? undefined : v })}
        />
      </Labelled>
      <Labelled label={t('settings.backLabel')} htmlFor="set-back-label">
        <Input
          id="set-back-label"
          value={words(field, 'back_label')}
          onChange={(e) => onChange({ back_label: e.target.value || undefined })}
        />
      </Labelled>
    </>
  );
}

export function FormulaSettings({ field, onChange, object }: SettingsProps) {
  const { t } = useTranslation();
  const say = useSay();
  return (
    <>
      <Labelled label={t('settings.formula')} required htmlFor="set-formula" hint={t('settings.formulaHint')}>
        <Input.TextArea
          id="set-formula"
          className="mono"
          autoSize={{ minRows: 2, maxRows: 8 }}
          value={field.formula ?? ''}
          onChange={(e) => onChange({ formula: e.target.value })}
        />
      </Labelled>
      <div className="chips">
        {(object?.fields ?? [])
          .filter((f) => f.state !== 'retired' && f.key !== field.key)
          .map((f) => (
            <button
              key={f.key}
              type="button"
              className="chip"
              onClick={() => onChange({ formula: `${field.formula ?? ''}${f.key}` })}
            >
              {say(f)} <span className="mono muted">{f.key}</span>
            </button>
          ))}
      </div>
    </>
  );
}

export function LookupSettings({ field, onChange, objects, object }: SettingsProps) {
  const { t } = useTranslation();
  const say = useSay();
  const links = (object?.fields ?? []).filter(
    (f) => (f.type === 'link' && !f.many) || f.type === 'person' || f.type === 'department',
  );
  const link = links.find((f) => f.key === field.link);
  const to = link?.type === 'link' ? link.to : link?.type;
  const target = objects.find((o) => o.key === to);
  return (
    <div className="two">
      <Labelled label={t('settings.link')} required htmlFor="set-link">
        <Select
          id="set-link"
          className="full"
          value={words(field, 'link') || null}
          options={links.map((f) => ({ value: f.key, label: say(f) }))}
          onChange={(v) => onChange({ link: v, field: undefined })}
        />
      </Labelled>
      <Labelled label={t('settings.field')} required htmlFor="set-field">
        <Select
          id="set-field"
          className="full"
          value={field.field ?? null}
          options={(target?.fields ?? [])
            .filter((f) => f.state !== 'retired')
            .map((f) => ({ value: f.key, label: say(f) }))}
          onChange={(v) => onChange({ field: v })}
        />
      </Labelled>
    </div>
  );
}

const rollupFns = ['count', 'sum', 'avg', 'min', 'max'];

export function RollupSettings({ field, onChange, objects, object }: SettingsProps) {
  const { t } = useTranslation();
  const say = useSay();
  const sources = objects.flatMap((o) =>
    o.fields
      .filter((f) => f.type === 'link' && f.to === object?.key && f.state !== 'retired')
      .map((f) => ({ value: `${o.key}.${f.key}`, label: `${say(o)} · ${say(f)}`, object: o })),
  );
  const source = sources.find((s) => s.value === field.from)?.object;
  const fn = field.fn ?? 'count';
  return (
    <>
      <Labelled
        label={t('settings.from')}
        required
        htmlFor="set-from"
        hint={sources.length === 0 ? t('settings.fromNone') : undefined}
      >
        <Select
          id="set-from"
          className="full"
          value={field.from ?? null}
          options={sources.map(({ value, label }) => ({ value, label }))}
          onChange={(v) => onChange({ from: v, field: undefined, fn })}
        />
      </Labelled>
      <div className="two">
        <Labelled label={t('settings.fn')} htmlFor="set-fn">
          <Select
            id="set-fn"
            className="full"
            value={fn}
            options={rollupFns.map((f) => ({ value: f, label: t(`sums.${f}`) }))}
            onChange={(v) => onChange({ fn: v })}
          />
        </Labelled>
        {fn === 'count' ? null : (
          <Labelled label={t('settings.field')} required htmlFor="set-rollup-field">
            <Select
              id="set-rollup-field"
              className="full"
              value={field.field ?? null}
              options={(source?.fields ?? [])
                .filter((f) => ['number', 'money', 'rating', 'formula', 'date', 'datetime'].includes(f.type))
                .map((f) => ({ value: f.key, label: say(f) }))}
              onChange={(v) => onChange({ field: v })}
            />
          </Labelled>
        )}
      </div>
    </>
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
