// Third step: the dry run with the fate of every row, then the run itself, its result, and the way back.
import { Alert, App, Button, Progress, Segmented, Space, Statistic } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Fate, ImportJob } from '@/api/admin-types';
import { isProblem, wordsOf } from '@/api/problems';
import { changeImport, downloadFailures, dryRunImport, runImport, undoImport } from '@/api/queries/imports';
import type { Obj, Value } from '@/api/types';
import { formatDecimal } from '@/ui/decimal';
import { showDuration } from '@/ui/time';
import { phaseOf } from './phase';
import { RowsTable } from './RowsTable';

const fates: Fate[] = ['new', 'changed', 'same', 'skipped', 'failed', 'ambiguous'];

export interface RunStepProps {
  job: ImportJob;
  object: Obj;
  onJob: (job: ImportJob) => void;
  onBack: () => void;
  onOpen: () => void;
  onAgain: () => void;
}

export function RunStep({ job, object, onJob, onBack, onOpen, onAgain }: RunStepProps) {
  const { t } = useTranslation();
  const { message, modal } = App.useApp();
  const [fate, setFate] = useState<Fate | 'all'>('all');
  const [busy, setBusy] = useState(false);
  const phase = phaseOf(job);
  const counts = job.counts ?? {};
  const failed = (counts.failed ?? 0) + (counts.ambiguous ?? 0);
  const good = (counts.new ?? 0) + (counts.changed ?? 0);
  const blocked = job.mapping?.mode !== 'good_rows' && failed > 0;

  async function act(run: () => Promise<ImportJob>) {
    setBusy(true);
    try {
      onJob(await run());
    } catch (error) {
      message.error(wordsOf(error));
    } finally {
      setBusy(false);
    }
  }

  function undo() {
    modal.confirm({
      title: t('imports.undoTitle'),
      content: t('imports.undoText'),
      okText: t('imports.undo'),
      cancelText: t('common.cancel'),
      okButtonProps: { danger: true },
      onOk: async () => {
        try {
          onJob(await undoImport(job.id));
        } catch (error) {
          if (!isProblem(error) || error.status !== 409) {
            message.error(wordsOf(error));
            return;
          }
          modal.confirm({
            title: t('imports.undoConflicts'),
            content: wordsOf(error),
            okText: t('undo.skip'),
            cancelText: t('common.cancel'),
            onOk: () => act(() => undoImport(job.id, 'skip')),
          });
        }
      },
    });
  }

  async function accept(column: string, from: Value, to: Value) {
    const columns = { ...(job.mapping.columns ?? {}) };
    const map = columns[column];
    if (!map) return;
    columns[column] = { ...map, values: { ...(map.values ?? {}), [String(from)]: to } };
    await act(async () => {
      await changeImport(job.id, { mapping: { ...job.mapping, columns } });
      return dryRunImport(job.id);
    });
  }

  const shown = fates.filter((f) => (counts[f] ?? 0) > 0);
  return (
    <div className="panel">
      {phase === 'checking' || phase === 'running' ? <Moving job={job} phase={phase} /> : null}
      {phase === 'done' ? (
        <Alert
          type={failed ? 'warning' : 'success'}
          showIcon
          title={t('imports.doneTitle', { count: good })}
        />
      ) : null}
      {phase === 'failed' ? (
        <Alert
          type="error"
          showIcon
          title={t('imports.failedTitle')}
          description={job.problems.map((p) => <div key={`${p.code}${p.at}`}>{p.message}</div>)}
        />
      ) : null}
      {phase === 'undone' ? <Alert type="info" showIcon title={t('imports.undoneTitle')} /> : null}
      {phase === 'checked' ? (
        <Alert
          type={blocked ? 'warning' : 'info'}
          showIcon
          title={t('imports.checkedTitle')}
          description={blocked ? t('imports.blocked', { count: failed }) : t('imports.checkedText')}
        />
      ) : null}

      <div className="import-counts">
        {fates
          .filter((f) => f !== 'skipped' || (counts.skipped ?? 0) > 0)
          .map((f) => (
            <Statistic
              key={f}
              title={t(`imports.fate_${f}`)}
              value={formatDecimal(counts[f] ?? 0)}
              className={`import-count import-count-${f}`}
            />
          ))}
      </div>

      <Space wrap className="import-acts">
        {phase === 'checked' ? (
          <>
            <Button
              type="primary"
              loading={busy}
              disabled={blocked || good === 0}
              onClick={() => void act(() => runImport(job.id))}
            >
              {t('imports.run', { count: good })}
            </Button>
            <Button disabled={busy} onClick={onBack}>
              {t('imports.backToMapping')}
            </Button>
          </>
        ) : null}
        {phase === 'failed' ? <Button onClick={onBack}>{t('imports.backToMapping')}</Button> : null}
        {phase === 'done' ? (
          <>
            <Button type="primary" onClick={onOpen}>
              {t('imports.openForm')}
            </Button>
            <Button danger onClick={undo}>
              {t('imports.undo')}
            </Button>
          </>
        ) : null}
        {(phase === 'done' || phase === 'checked' || phase === 'failed') && failed > 0 ? (
          <Button
            onClick={() =>
              void downloadFailures(job.id, `failed-${job.file.name}`).catch((e) => message.error(wordsOf(e)))
            }
          >
            {t('imports.failures', { count: failed })}
          </Button>
        ) : null}
        {phase === 'done' || phase === 'failed' || phase === 'undone' ? (
          <Button onClick={onAgain}>{t('imports.again')}</Button>
        ) : null}
      </Space>

      {phase === 'checked' || phase === 'done' || phase === 'failed' ? (
        <>
          <Segmented
            value={fate}
            onChange={(f) => setFate(f as Fate | 'all')}
            options={[
              { value: 'all', label: t('imports.fate_all') },
              ...shown.map((f) => ({
                value: f,
                label: `${t(`imports.fate_${f}`)} ${formatDecimal(counts[f])}`,
              })),
            ]}
          />
          <RowsTable
            key={`${fate}${job.state}${JSON.stringify(counts)}`}
            job={job.id}
            object={object}
            fate={fate === 'all' ? undefined : fate}
            onAccept={phase === 'checked' ? (c, from, to) => void accept(c, from, to) : undefined}
          />
        </>
      ) : null}
    </div>
  );
}

function Moving({ job, phase }: { job: ImportJob; phase: 'checking' | 'running' }) {
  const { t } = useTranslation();
  const p = job.progress;
  const percent = p && p.total > 0 ? Math.min(100, Math.round((p.done / p.total) * 100)) : 0;
  return (
    <div className="import-moving" role="status">
      <b>{t(phase === 'checking' ? 'imports.checking' : 'imports.running')}</b>
      <Progress percent={percent} status="active" />
      {p ? (
        <span className="muted tab-num">
          {t('imports.progress', {
            done: formatDecimal(p.done),
            total: formatDecimal(p.total),
            speed: formatDecimal(Math.round(p.per_second || 0)),
          })}
          {p.seconds_left !== null && p.seconds_left !== undefined
            ? ` · ${t('imports.left', { time: showDuration(p.seconds_left) })}`
            : ''}
        </span>
      ) : null}
    </div>
  );
}
