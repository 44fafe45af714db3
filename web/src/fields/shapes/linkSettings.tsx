// The settings of fields that look at other fields: links, formulas, look-ups, roll-ups.
import { Checkbox, Input, Select } from 'antd';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useSay } from '@/i18n/label';
import { Labelled } from '@/ui/Labelled';
import type { SettingsProps } from '../kind';
import { FormulaInput } from './FormulaInput';
import { words } from './settings';

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

export function FormulaSettings({ field, onChange, objects, object }: SettingsProps) {
  const { t } = useTranslation();
  const catalog = useMemo(() => new Map(objects.map((o) => [o.key, o])), [objects]);
  const owner = useMemo(
    () => ({ key: object?.key ?? '', fields: (object?.fields ?? []).filter((f) => f.key !== field.key) }),
    [object, field.key],
  );
  const id = `set-formula-${field.key ?? 'new'}`;
  return (
    <Labelled label={t('settings.formula')} required htmlFor={id} hint={t('settings.formulaHint')}>
      <FormulaInput
        id={id}
        value={field.formula ?? ''}
        onChange={(formula) => onChange({ formula })}
        owner={owner}
        catalog={catalog}
        label={t('settings.formula')}
      />
    </Labelled>
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
