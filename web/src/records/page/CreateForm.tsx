// The form of a new record: save, or save and go on with the next.
import { useQueryClient } from '@tanstack/react-query';
import { App, Button } from 'antd';
import { useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { newKey } from '@/api/client';
import { createRecord, refetchRecords } from '@/api/queries/records';
import { toWire } from '@/fields/wire';
import { formFields } from '../fieldPaths';
import type { RecordDrawerProps } from './RecordDrawer';
import { RecordForm } from './RecordForm';
import { useDraft, useFocusWhenOpen } from './useDraft';
import { useLive } from './useLive';
import { useStart } from './useStart';

export function CreateForm({
  object,
  catalog,
  defaults,
  onClose,
  onCreated,
  onDirty,
}: RecordDrawerProps & { onDirty: (dirty: boolean) => void }) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const queries = useQueryClient();
  const fields = useMemo(
    () => formFields(object, catalog).filter((f) => f.key !== 'owner' || defaults?.owner !== undefined),
    [object, catalog, defaults],
  );
  const [round, setRound] = useState(0);
  const start = useStart(object, fields, defaults, round);
  const draft = useDraft(fields, start);
  const live = useLive(object, catalog, draft.values, null);
  const [busy, setBusy] = useState(false);
  const focus = useFocusWhenOpen(busy);
  // One intent, one key: pressing twice or a lost answer makes one record, a corrected form another.
  const intent = useRef({ body: '', key: '' });

  useEffect(() => onDirty(draft.changed), [draft.changed, onDirty]);
  useEffect(() => {
    focus(fields[0]?.key ?? null);
  }, [fields, focus]);

  async function save(another: boolean) {
    if (busy) return;
    const values = { ...draft.wire() };
    for (const f of fields) {
      if (start[f.key] !== undefined && !(f.key in values)) values[f.key] = toWire(start[f.key], f);
    }
    const body = JSON.stringify(values);
    if (intent.current.body !== body) intent.current = { body, key: newKey() };
    setBusy(true);
    try {
      const saved = await createRecord(object.key, values, intent.current.key);
      intent.current = { body: '', key: '' };
      message.success(t('record.created'));
      onDirty(false);
      await refetchRecords(queries, object.key);
      if (another) {
        draft.reset();
        setRound((n) => n + 1);
        focus(fields[0]?.key ?? null);
      } else onCreated(saved.id);
    } catch (error) {
      focus(draft.refuse(error));
    } finally {
      setBusy(false);
    }
  }

  return (
    <form
      className="record-page"
      noValidate
      onSubmit={(e) => {
        e.preventDefault();
        void save(false);
      }}
      onKeyDown={(e) => {
        if ((e.ctrlKey || e.metaKey) && e.key.toLowerCase() === 's') {
          e.preventDefault();
          void save(false);
        }
      }}
    >
      <RecordForm object={object} fields={fields} draft={draft} creating live={live} disabled={busy} />
      <div className="record-foot">
        <Button type="primary" htmlType="submit" loading={busy ? { delay: 300 } : false}>
          {t('record.submit')}
        </Button>
        <Button disabled={busy} onClick={() => void save(true)}>
          {t('record.submitAndNew')}
        </Button>
        <Button type="text" disabled={busy} onClick={onClose}>
          {t('common.cancel')}
        </Button>
      </div>
    </form>
  );
}
