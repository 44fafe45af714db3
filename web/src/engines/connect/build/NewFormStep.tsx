// A new form out of a file: a field for every column, its type guessed and open to change.
import { Alert, Button, Checkbox, Input, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ImportJob, Mapping } from '@/api/admin-types';
import { wordsOf } from '@/api/problems';
import { changeImport } from '@/api/queries/imports';
import { isKey, newKeyFor } from '@/fields/keys';
import { Labelled } from '@/ui/Labelled';
import { fieldsOf, type NewColumn, newColumns, sourceOf } from './mapping';
import { SourceLine } from './SourceLine';

const offered = [
  'text',
  'long_text',
  'number',
  'money',
  'date',
  'datetime',
  'choice',
  'choices',
  'switch',
  'phone',
  'email',
  'url',
  'id_number',
  'rating',
];

export function NewFormStep({
  job,
  taken,
  onJob,
}: {
  job: ImportJob;
  taken: { key: string }[];
  onJob: (job: ImportJob) => void;
}) {
  const { t } = useTranslation();
  const stem = job.file.name.replace(/\.[^.]+$/, '');
  const [label, setLabel] = useState(stem);
  const [key, setKey] = useState(() => job.new_object?.key ?? newKeyFor(stem, taken, 'form'));
  const [columns, setColumns] = useState<NewColumn[]>(() => newColumns(job));
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const change = (n: number, part: Partial<NewColumn>) =>
    setColumns(columns.map((c, i) => (i === n ? { ...c, ...part } : c)));

  async function source(change: Mapping) {
    setBusy(true);
    try {
      const next = await changeImport(job.id, { mapping: { ...sourceOf(job), ...change } });
      setColumns(newColumns(next));
      onJob(next);
    } catch (error) {
      setProblem(wordsOf(error));
    } finally {
      setBusy(false);
    }
  }

  async function make() {
    setBusy(true);
    setProblem(null);
    try {
      const used = columns.filter((c) => c.use);
      const guessed = job.mapping?.columns ?? {};
      const title = used.find((c) => c.key === job.new_object?.title) ?? used.find((c) => c.type === 'text');
      const made = await changeImport(job.id, {
        new_object: { key, label: label.trim(), title: title?.key, fields: fieldsOf(columns) },
        mapping: {
          ...sourceOf(job),
          columns: Object.fromEntries(
            columns.map((c) => [c.name, c.use ? { ...guessed[c.name], field: c.key } : null]),
          ),
          duplicates: 'update',
          mode: 'all_or_nothing',
        },
      });
      if (used.length > 0) onJob(made);
    } catch (error) {
      setProblem(wordsOf(error));
      setBusy(false);
    }
  }

  const ready = label.trim() !== '' && isKey(key) && columns.some((c) => c.use);
  return (
    <div className="panel">
      <SourceLine job={job} busy={busy} onChange={(part) => void source(part)} />
      <div className="two import-rules">
        <Labelled label={t('imports.formName')} required htmlFor="form-name">
          <Input id="form-name" value={label} onChange={(e) => setLabel(e.target.value)} />
        </Labelled>
        <Labelled label={t('common.key')} required htmlFor="form-key" hint={t('design.keyHint')}>
          <Input
            id="form-key"
            className="mono"
            value={key}
            status={isKey(key) ? undefined : 'error'}
            onChange={(e) => setKey(e.target.value)}
          />
        </Labelled>
      </div>
      <div className="mapping">
        <div className="mapping-line new-line mapping-head">
          <span />
          <span>{t('imports.column')}</span>
          <span>{t('imports.samples')}</span>
          <span>{t('design.fieldName')}</span>
          <span>{t('design.type')}</span>
        </div>
        {columns.map((column, n) => (
          <div className={`mapping-line new-line${column.use ? '' : ' mapping-skipped'}`} key={column.name}>
            <Checkbox
              checked={column.use}
              onChange={(e) => change(n, { use: e.target.checked })}
              aria-label={t('imports.useColumn', { column: column.name })}
            />
            <b className="ellipsis">{column.name}</b>
            <span className="muted ellipsis mapping-samples">
              {(job.columns[n]?.samples ?? []).slice(0, 3).map(String).join(' · ')}
            </span>
            <Input
              value={column.label}
              disabled={!column.use}
              aria-label={t('imports.nameOf', { column: column.name })}
              onChange={(e) => change(n, { label: e.target.value })}
            />
            <Select
              value={column.type}
              disabled={!column.use}
              options={[...new Set([column.type, ...offered])].map((type) => ({
                value: type,
                label: t(`types.${type}`),
              }))}
              aria-label={t('imports.typeOf', { column: column.name })}
              onChange={(type) => change(n, { type })}
            />
          </div>
        ))}
      </div>
      {problem ? <Alert type="error" showIcon className="form-alert" title={problem} /> : null}
      <div className="import-foot">
        <span className="muted">{t('imports.newFormHint')}</span>
        <Button type="primary" loading={busy} disabled={!ready} onClick={() => void make()}>
          {t('common.next')}
        </Button>
      </div>
    </div>
  );
}
