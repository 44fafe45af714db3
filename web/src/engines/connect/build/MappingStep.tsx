// Second step: what each column means, what to do with duplicates and with bad rows.
import { Alert, Button, Radio, Select, Switch } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ImportJob, Mapping } from '@/api/admin-types';
import { wordsOf } from '@/api/problems';
import { changeImport, dryRunImport } from '@/api/queries/imports';
import type { Obj } from '@/api/types';
import { useSay } from '@/i18n/label';
import type { Catalog } from '@/records/fieldPaths';
import { Labelled } from '@/ui/Labelled';
import { MappingTable } from './MappingTable';
import { type Columns, cleanMapping, mappingProblems, sourceOf, startColumns } from './mapping';
import { SourceLine } from './SourceLine';

/** One field without duplicates tells which record a row is. */
function firstKey(object: Obj): string[] {
  const unique = object.fields.find((f) => f.unique && !f.system && f.state !== 'retired');
  return unique ? [unique.key] : [];
}

export function MappingStep({
  job,
  object,
  catalog,
  onJob,
}: {
  job: ImportJob;
  object: Obj;
  catalog: Catalog;
  onJob: (job: ImportJob, next: boolean) => void;
}) {
  const { t } = useTranslation();
  const say = useSay();
  const [columns, setColumns] = useState<Columns>(() => startColumns(job, object));
  const [rules, setRules] = useState<Mapping>({
    key: job.mapping?.key ?? firstKey(object),
    duplicates: job.mapping?.duplicates ?? 'update',
    mode: job.mapping?.mode ?? 'all_or_nothing',
    fire_rules: job.mapping?.fire_rules ?? false,
  });
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const wrong = mappingProblems(columns, object, rules.duplicates === 'only_update');
  const label = (key: string) => say(object.fields.find((f) => f.key === key));
  const used = Object.values(columns).flatMap((c) => (c ? [c.field] : []));
  const keyed = (rules.key ?? []).filter((k) => used.includes(k));
  const needsKey = rules.duplicates === 'only_update' && keyed.length === 0;

  async function source(change: Mapping) {
    setBusy(true);
    setProblem(null);
    try {
      const next = await changeImport(job.id, { mapping: { ...sourceOf(job), ...rules, ...change } });
      setColumns(startColumns(next, object));
      onJob(next, false);
    } catch (error) {
      setProblem(wordsOf(error));
    } finally {
      setBusy(false);
    }
  }

  async function goOn() {
    setBusy(true);
    setProblem(null);
    try {
      await changeImport(job.id, { mapping: cleanMapping({ ...sourceOf(job), ...rules }, columns) });
      onJob(await dryRunImport(job.id), true);
    } catch (error) {
      setProblem(wordsOf(error));
      setBusy(false);
    }
  }

  return (
    <div className="panel">
      <SourceLine job={job} busy={busy} onChange={(change) => void source(change)} />
      <MappingTable
        object={object}
        catalog={catalog}
        columns={job.columns}
        mapping={columns}
        onChange={setColumns}
      />
      <div className="two import-rules">
        <Labelled label={t('imports.keyFields')} htmlFor="import-key" hint={t('imports.keyHint')}>
          <Select
            id="import-key"
            className="full"
            mode="multiple"
            value={keyed}
            options={used.map((key) => ({ value: key, label: label(key) }))}
            placeholder={t('imports.noKey')}
            aria-label={t('imports.keyFields')}
            onChange={(key) => setRules({ ...rules, key })}
          />
        </Labelled>
        <Labelled label={t('imports.duplicates')}>
          <Radio.Group
            value={rules.duplicates}
            onChange={(e) => setRules({ ...rules, duplicates: e.target.value })}
            options={(['update', 'skip', 'only_update'] as const).map((v) => ({
              value: v,
              label: t(`imports.duplicates_${v}`),
            }))}
          />
        </Labelled>
        <Labelled label={t('imports.mode')}>
          <Radio.Group
            value={rules.mode}
            onChange={(e) => setRules({ ...rules, mode: e.target.value })}
            options={(['all_or_nothing', 'good_rows'] as const).map((v) => ({
              value: v,
              label: t(`imports.mode_${v}`),
            }))}
          />
        </Labelled>
        <Labelled label={t('imports.fireRules')} hint={t('imports.fireRulesHint')}>
          <Switch
            checked={rules.fire_rules === true}
            onChange={(on) => setRules({ ...rules, fire_rules: on })}
            aria-label={t('imports.fireRules')}
          />
        </Labelled>
      </div>
      {wrong.missing.length > 0 ? (
        <Alert
          type="warning"
          showIcon
          className="form-alert"
          title={t('imports.missing', { fields: wrong.missing.map(label).join(', ') })}
        />
      ) : null}
      {problem ? <Alert type="error" showIcon className="form-alert" title={problem} /> : null}
      <div className="import-foot">
        <span className="muted">
          {wrong.nothing
            ? t('imports.nothingMapped')
            : needsKey
              ? t('imports.keyNeeded')
              : t('imports.dryHint')}
        </span>
        <Button
          type="primary"
          loading={busy}
          disabled={wrong.nothing || wrong.doubled.length > 0 || needsKey}
          onClick={() => void goOn()}
        >
          {t('imports.dryRun')}
        </Button>
      </div>
    </div>
  );
}
