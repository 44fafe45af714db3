// Taking back a commit: first what would change and what stands in the way, then the person decides.
import { useQuery } from '@tanstack/react-query';
import { Alert, App, Modal, Radio, Spin } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { wordsOf } from '@/api/problems';
import { undoCommit, useUndo } from '@/api/queries/records';
import type { UndoChange, UndoConflict, Value } from '@/api/types';
import { kindOf } from '@/fields/registry';
import { useSay } from '@/i18n/label';
import { FailBox } from '@/ui/FailBox';
import { usePlace } from '@/ui/place';
import type { Catalog } from '../fieldPaths';
import { useTitled } from '../titles';

const MOST_SHOWN = 50;

function useFieldWords(catalog: Catalog, values: { object: string; field: string; value: Value }[] = []) {
  const { t } = useTranslation();
  const say = useSay();
  const place = usePlace();
  const fieldOf = (object: string, key: string) => catalog.get(object)?.fields.find((f) => f.key === key);
  const titled = useTitled(
    values.map((v) => ({ field: fieldOf(v.object, v.field), value: v.value })),
    catalog,
  );
  return (object: string, key: string | null) => {
    const found = catalog.get(object);
    const field = found?.fields.find((f) => f.key === key);
    return {
      object: found ? say(found) : object,
      field: field ? say(field) : (key ?? ''),
      text: (value: Value) =>
        (field ? kindOf(field).toText(titled(value, field), field, place) : String(value ?? '')) ||
        t('common.empty'),
    };
  };
}

export function UndoDialog({
  commit,
  catalog,
  onClose,
}: {
  commit: string | null;
  catalog: Catalog;
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const [how, setHow] = useState<'skip' | 'overwrite'>('skip');
  const preview = useQuery({
    queryKey: ['undo', commit, how],
    queryFn: () => undoCommit(commit ?? '', how, true),
    enabled: commit !== null,
    gcTime: 0,
    retry: false,
    placeholderData: (old) => old,
  });
  const undo = useUndo();
  const changes = preview.data?.changes ?? [];
  const conflicts = preview.data?.conflicts ?? [];

  function run() {
    undo.mutate(
      { commit: commit ?? '', conflicts: conflicts.length ? how : 'refuse' },
      {
        onSuccess: () => {
          message.success(t('undo.done'));
          onClose();
        },
        onError: (error) => message.error(wordsOf(error)),
      },
    );
  }

  return (
    <Modal
      open={commit !== null}
      title={t('undo.title')}
      onCancel={onClose}
      okText={t('undo.run')}
      cancelText={t('common.cancel')}
      okButtonProps={{ danger: true, disabled: changes.length === 0, loading: undo.isPending }}
      onOk={run}
      width={640}
      destroyOnHidden
    >
      {preview.isLoading ? <Spin /> : null}
      {preview.error ? <FailBox text={wordsOf(preview.error)} /> : null}
      {preview.data ? (
        <>
          <p>{t('undo.willChange', { count: changes.length })}</p>
          <ul className="change-list undo-list">
            {changes.slice(0, MOST_SHOWN).map((change) => (
              <ChangeLine key={`${change.object}${change.id}`} change={change} catalog={catalog} />
            ))}
          </ul>
          {changes.length > MOST_SHOWN ? (
            <p className="muted">{t('common.andMore', { count: changes.length - MOST_SHOWN })}</p>
          ) : null}
          {conflicts.length > 0 ? (
            <>
              <Alert type="warning" showIcon title={t('undo.conflicts', { count: conflicts.length })} />
              <ul className="change-list undo-list">
                {conflicts.slice(0, MOST_SHOWN).map((conflict, n) => (
                  <ConflictLine key={n} conflict={conflict} catalog={catalog} />
                ))}
              </ul>
              <Radio.Group
                value={how}
                onChange={(e) => setHow(e.target.value)}
                options={[
                  { value: 'skip', label: t('undo.skip') },
                  { value: 'overwrite', label: t('undo.overwrite') },
                ]}
              />
            </>
          ) : null}
        </>
      ) : null}
    </Modal>
  );
}

function ChangeLine({ change, catalog }: { change: UndoChange; catalog: Catalog }) {
  const { t } = useTranslation();
  const fields = change.fields ?? [];
  const words = useFieldWords(
    catalog,
    fields.flatMap((f) =>
      [f.before, f.after].map((value) => ({ object: change.object, field: f.field, value })),
    ),
  );
  if (change.op !== 'update') {
    return (
      <li>
        <span className="muted">{words(change.object, null).object}</span> {t(`undo.op_${change.op}`)}
      </li>
    );
  }
  return fields.map((field) => {
    const said = words(change.object, field.field);
    return (
      <li key={field.field}>
        <span className="muted">
          {said.object} · {said.field}
        </span>
        <span className="before">{said.text(field.before)}</span> → <b>{said.text(field.after)}</b>
      </li>
    );
  });
}

function ConflictLine({ conflict, catalog }: { conflict: UndoConflict; catalog: Catalog }) {
  const { t } = useTranslation();
  const said = useFieldWords(catalog)(conflict.object, conflict.field);
  return (
    <li>
      <span className="muted">{[said.object, said.field].filter(Boolean).join(' · ')}</span>
      {conflict.problem
        ? conflict.problem.message
        : 'theirs' in conflict
          ? t('undo.nowIs', { value: said.text(conflict.theirs) })
          : t('undo.changedLater')}
    </li>
  );
}
