// Taking back a commit: first what would change and what stands in the way, then the person decides.
import { useQuery } from '@tanstack/react-query';
import { Alert, App, Modal, Radio, Spin } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { wordsOf } from '@/api/problems';
import { undoCommit, useUndo } from '@/api/queries/records';
import type { UndoChange, Value } from '@/api/types';
import { kindOf } from '@/fields/registry';
import { useSay } from '@/i18n/label';
import { FailBox } from '@/ui/FailBox';
import { usePlace } from '@/ui/place';
import type { Catalog } from '../fieldPaths';

const MOST_SHOWN = 50;

function useShowChange(catalog: Catalog) {
  const { t } = useTranslation();
  const say = useSay();
  const place = usePlace();
  return (change: UndoChange) => {
    const object = change.object ? catalog.get(change.object) : undefined;
    const field = object?.fields.find((f) => f.key === change.field);
    const text = (value: Value) =>
      (field
        ? kindOf(field).toText(value, field, place)
        : value === null || value === undefined
          ? ''
          : String(value)) || t('common.empty');
    const parts = [object ? say(object) : null, change.title, field ? say(field) : change.field].filter(
      Boolean,
    );
    return {
      name: parts.join(' · '),
      before: text(change.before),
      after: text(change.after),
      now: text(change.now),
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
  const show = useShowChange(catalog);
  const [how, setHow] = useState<'skip' | 'overwrite'>('skip');
  const preview = useQuery({
    queryKey: ['undo', commit],
    queryFn: () => undoCommit(commit ?? '', 'skip', true),
    enabled: commit !== null,
    gcTime: 0,
    retry: false,
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
      okButtonProps={{ danger: true, disabled: !preview.data, loading: undo.isPending }}
      onOk={run}
      width={640}
      destroyOnHidden
    >
      {preview.isLoading ? <Spin /> : null}
      {preview.error ? <FailBox text={wordsOf(preview.error)} /> : null}
      {preview.data ? (
        <>
          <p>{t('undo.willChange', { count: changes.length })}</p>
          <ul className="change-list">
            {changes.slice(0, MOST_SHOWN).map((change, n) => {
              const line = show(change);
              return (
                <li key={n}>
                  <span className="muted">{line.name}</span>
                  <span className="before">{line.before}</span> → <b>{line.after}</b>
                </li>
              );
            })}
          </ul>
          {changes.length > MOST_SHOWN ? (
            <p className="muted">{t('common.andMore', { count: changes.length - MOST_SHOWN })}</p>
          ) : null}
          {conflicts.length > 0 ? (
            <>
              <Alert type="warning" showIcon title={t('undo.conflicts', { count: conflicts.length })} />
              <ul className="change-list">
                {conflicts.slice(0, MOST_SHOWN).map((change, n) => {
                  const line = show(change);
                  return (
                    <li key={n}>
                      <span className="muted">{line.name}</span>
                      {change.now !== undefined
                        ? t('undo.now', { value: line.now })
                        : `${line.before} → ${line.after}`}
                    </li>
                  );
                })}
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
