// The form of a record that exists. Only what was changed is sent, and only over the version that was read.
import { useQueryClient } from '@tanstack/react-query';
import { Alert, App, Button } from 'antd';
import { useEffect, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { isProblem } from '@/api/problems';
import { fetchRecord, patchRecord, placeRecord, refetchRecords } from '@/api/queries/records';
import type { Rec } from '@/api/types';
import { kindOf } from '@/fields/registry';
import { sameValue } from '@/fields/wire';
import { useSay } from '@/i18n/label';
import { usePlace } from '@/ui/place';
import { formFields } from '../fieldPaths';
import type { RecordDrawerProps } from './RecordDrawer';
import { RecordForm } from './RecordForm';
import { useDraft, useFocusWhenOpen } from './useDraft';
import { useLive } from './useLive';

export function EditForm({
  object,
  catalog,
  record,
  focus,
  onDirty,
  onDone,
}: RecordDrawerProps & {
  record: Rec;
  focus?: string;
  onDirty: (dirty: boolean) => void;
  onDone: () => void;
}) {
  const { t } = useTranslation();
  const say = useSay();
  const place = usePlace();
  const { message } = App.useApp();
  const queries = useQueryClient();
  const fields = useMemo(() => formFields(object, catalog), [object, catalog]);
  // The form stays on the version it began with, whatever arrives meanwhile.
  const [base, setBase] = useState(record);
  const draft = useDraft(fields, base);
  const live = useLive(object, catalog, draft.values, base);
  const [busy, setBusy] = useState(false);
  const moveTo = useFocusWhenOpen(busy);
  const [theirs, setTheirs] = useState<Rec | null>(null);

  useEffect(() => onDirty(draft.changed), [draft.changed, onDirty]);
  useEffect(() => {
    if (focus) moveTo(focus);
  }, [focus, moveTo]);

  async function save(over: Rec) {
    if (busy) return;
    const values = draft.wire();
    if (Object.keys(values).length === 0) {
      onDone();
      return;
    }
    setBusy(true);
    try {
      const saved = await patchRecord(object.key, record.id, values, over.version);
      placeRecord(queries, object.key, saved);
      message.success(t('record.saved'));
      onDone();
      await refetchRecords(queries, object.key);
    } catch (error) {
      if (isProblem(error) && error.status === 412) {
        setTheirs(await fetchRecord(object.key, record.id));
      } else {
        moveTo(draft.refuse(error));
      }
    } finally {
      setBusy(false);
    }
  }

  const clashes = theirs
    ? fields.filter((f) => !sameValue(theirs[f.key] ?? null, base[f.key] ?? null, f))
    : [];

  return (
    <form
      className="record-page"
      noValidate
      onSubmit={(e) => {
        e.preventDefault();
        void save(base);
      }}
      onKeyDown={(e) => {
        if ((e.ctrlKey || e.metaKey) && e.key.toLowerCase() === 's') {
          e.preventDefault();
          void save(base);
        }
      }}
    >
      {theirs ? (
        <Alert
          type="warning"
          showIcon
          className="form-alert"
          title={t('conflict.formTitle')}
          description={
            <>
              <ul className="change-list">
                {clashes.map((f) => (
                  <li key={f.key}>
                    <span className="muted">{say(f)}</span> {t('conflict.theirs')}:{' '}
                    <b>{kindOf(f).toText(theirs[f.key], f, place) || t('common.empty')}</b>
                    {sameValue(draft.values[f.key] ?? null, base[f.key] ?? null, f) ? null : (
                      <>
                        {' · '}
                        {t('conflict.mine')}:{' '}
                        <b>{kindOf(f).toText(draft.values[f.key], f, place) || t('common.empty')}</b>
                      </>
                    )}
                  </li>
                ))}
              </ul>
              <Button size="small" type="primary" onClick={() => void save(theirs)}>
                {t('conflict.takeMine')}
              </Button>{' '}
              <Button
                size="small"
                onClick={() => {
                  setBase(theirs);
                  draft.reset();
                  setTheirs(null);
                }}
              >
                {t('conflict.keepTheirs')}
              </Button>
            </>
          }
        />
      ) : null}
      <RecordForm
        object={object}
        fields={fields}
        draft={draft}
        creating={false}
        live={live}
        disabled={busy}
      />
      <div className="record-foot">
        <Button type="primary" htmlType="submit" loading={busy ? { delay: 300 } : false}>
          {t('common.save')}
        </Button>
        <Button type="text" disabled={busy} onClick={onDone}>
          {t('common.cancel')}
        </Button>
      </div>
    </form>
  );
}
