// Sets the same value in one field of many records.
import { useQueryClient } from '@tanstack/react-query';
import { Alert, App, Button, Modal, Select } from 'antd';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { isProblem, wordsOf } from '@/api/problems';
import { batchRecords, refetchRecords } from '@/api/queries/records';
import type { Obj, Value } from '@/api/types';
import { kindOf } from '@/fields/registry';
import { toWire } from '@/fields/wire';
import { useSay } from '@/i18n/label';
import { Labelled } from '@/ui/Labelled';
import { fixedBecause } from '../editable';
import { type Catalog, formFields } from '../fieldPaths';
import { placeInBatch } from './oneByOne';
import { titlesOf } from './titlesOf';

/** One request is all or nothing; more than this does not fit into one. */
const MOST_AT_ONCE = 10_000;
const MOST_SHOWN = 5;
const OFFER_SECONDS = 20;

export function BulkEdit({
  object,
  catalog,
  ids,
  count,
  onClose,
  onUndo,
}: {
  object: Obj;
  catalog: Catalog;
  ids: () => Promise<string[]>;
  count: number;
  onClose: () => void;
  onUndo: (commit: string) => void;
}) {
  const { t } = useTranslation();
  const say = useSay();
  const { notification } = App.useApp();
  const queries = useQueryClient();
  const fields = formFields(object, catalog).filter(
    (f) => fixedBecause(f, object, false) === null && !f.unique,
  );
  const [key, setKey] = useState<string | null>(null);
  const [value, setValue] = useState<Value>(null);
  const [busy, setBusy] = useState(false);
  const [problems, setProblems] = useState<string[]>([]);
  const sent = useRef<string[]>([]);
  const field = fields.find((f) => f.key === key);
  const Input = field ? kindOf(field).Input : null;

  /** What was refused, with the records it is about called by name. */
  async function problemsOf(error: unknown): Promise<string[]> {
    if (!isProblem(error) || error.problems.length === 0) return [wordsOf(error)];
    const shown = error.problems.slice(0, MOST_SHOWN).map((p) => {
      const n = placeInBatch(p.at);
      return { id: n === null ? undefined : sent.current[n], message: p.message };
    });
    const titles = await titlesOf(
      object,
      shown.flatMap((p) => p.id ?? []),
    );
    const lines = shown.map((p) => [titles.get(p.id ?? ''), p.message].filter(Boolean).join(' · '));
    const more = error.problems.length - shown.length;
    return [...new Set(lines), ...(more > 0 ? [t('common.andMore', { count: more })] : [])];
  }

  function tell(updated: number, same: number, commits: string[]) {
    const [only] = commits;
    notification.success({
      key: 'bulk-edited',
      title: t('bulk.done', { count: updated }),
      description: same ? t('bulk.same', { count: same }) : undefined,
      duration: OFFER_SECONDS,
      placement: 'bottomRight',
      actions:
        only && commits.length === 1 ? (
          <Button
            size="small"
            onClick={() => {
              notification.destroy('bulk-edited');
              onUndo(only);
            }}
          >
            {t('undo.run')}
          </Button>
        ) : undefined,
    });
  }

  async function run() {
    if (!field) return;
    setBusy(true);
    setProblems([]);
    let updated = 0;
    let same = 0;
    try {
      const list = await ids();
      sent.current = list;
      const wire = toWire(value, field);
      const commits: string[] = [];
      for (let i = 0; i < list.length; i += MOST_AT_ONCE) {
        const part = list.slice(i, i + MOST_AT_ONCE);
        sent.current = part;
        const answer = await batchRecords(
          object.key,
          part.map((id) => ({ id, [field.key]: wire })),
          'update',
        );
        for (const r of answer.results) r.status === 'unchanged' ? same++ : updated++;
        if (answer.commit) commits.push(answer.commit);
      }
      await refetchRecords(queries, object.key);
      onClose();
      tell(updated, same, commits);
    } catch (error) {
      const stands =
        updated + same > 0 ? t('bulk.someChanged', { count: updated }) : t('bulk.nothingChanged');
      setProblems([stands, ...(await problemsOf(error))]);
    } finally {
      setBusy(false);
    }
  }

  return (
    <Modal
      open
      title={t('bulk.editTitle', { count })}
      okText={t('bulk.run', { count })}
      cancelText={t('common.cancel')}
      okButtonProps={{ disabled: !field, loading: busy }}
      onOk={run}
      onCancel={onClose}
    >
      {problems.length > 0 ? (
        <Alert
          type="error"
          showIcon
          className="form-alert"
          title={problems.map((p) => <div key={p}>{p}</div>)}
        />
      ) : null}
      {count > MOST_AT_ONCE ? (
        <Alert
          type="info"
          showIcon
          className="form-alert"
          title={t('bulk.parts', { count: Math.ceil(count / MOST_AT_ONCE) })}
        />
      ) : null}
      <Labelled label={t('bulk.field')} htmlFor="bulk-field">
        <Select
          id="bulk-field"
          className="full"
          value={key}
          options={fields.map((f) => ({ value: f.key, label: say(f) }))}
          showSearch={{ optionFilterProp: 'label' }}
          onChange={(k) => {
            setKey(k);
            setValue(null);
          }}
          aria-label={t('bulk.field')}
        />
      </Labelled>
      {field && Input ? (
        <Labelled label={t('bulk.value')} htmlFor="bulk-value" hint={t('bulk.emptyHint')}>
          <Input
            key={field.key}
            id="bulk-value"
            field={field}
            object={object.key}
            value={value}
            onChange={setValue}
            label={t('bulk.value')}
          />
        </Labelled>
      ) : null}
    </Modal>
  );
}
