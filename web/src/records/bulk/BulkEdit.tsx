// Sets the same value in one field of many records.
import { useQueryClient } from '@tanstack/react-query';
import { Alert, App, Modal, Select } from 'antd';
import { useState } from 'react';
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

const MOST_AT_ONCE = 10_000;

export function BulkEdit({
  object,
  catalog,
  ids,
  count,
  onClose,
}: {
  object: Obj;
  catalog: Catalog;
  ids: () => Promise<string[]>;
  count: number;
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const say = useSay();
  const { message, modal } = App.useApp();
  const queries = useQueryClient();
  const fields = formFields(object, catalog).filter(
    (f) => fixedBecause(f, object, false) === null && !f.unique,
  );
  const [key, setKey] = useState<string | null>(null);
  const [value, setValue] = useState<Value>(null);
  const [busy, setBusy] = useState(false);
  const [problems, setProblems] = useState<string[]>([]);
  const field = fields.find((f) => f.key === key);
  const Input = field ? kindOf(field).Input : null;

  async function run() {
    if (!field) return;
    setBusy(true);
    setProblems([]);
    try {
      const list = await ids();
      const sent = toWire(value, field);
      let updated = 0;
      let same = 0;
      for (let i = 0; i < list.length; i += MOST_AT_ONCE) {
        const part = list.slice(i, i + MOST_AT_ONCE).map((id) => ({ id, [field.key]: sent }));
        const answer = await batchRecords(object.key, part, 'update');
        for (const r of answer.results) r.status === 'unchanged' ? same++ : updated++;
      }
      await refetchRecords(queries, object.key);
      onClose();
      modal.success({
        title: t('bulk.done', { count: updated }),
        content: same ? t('bulk.same', { count: same }) : undefined,
      });
    } catch (error) {
      setProblems(
        isProblem(error) && error.problems.length
          ? [...new Set(error.problems.map((p) => p.message))].slice(0, 5)
          : [wordsOf(error)],
      );
      message.error(t('bulk.nothingChanged'));
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
