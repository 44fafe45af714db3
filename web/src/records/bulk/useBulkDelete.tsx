// Deletes the ticked records: after asking, with progress and a way to stop, and with a way back.
import { useQueryClient } from '@tanstack/react-query';
import { App, Button } from 'antd';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { wordsOf } from '@/api/problems';
import { deleteRecord, refetchRecords, restoreRecord } from '@/api/queries/records';
import type { Obj } from '@/api/types';
import type { Choice } from '../table/choice';
import { type Outcome, oneByOne } from './oneByOne';
import { titlesOf } from './titlesOf';

const MOST_SHOWN = 8;
/** Time enough to read, and to notice what was deleted by mistake. */
const OFFER_SECONDS = 20;

export interface Progress {
  what: 'deleting' | 'restoring';
  done: number;
  total: number;
}

export function useBulkDelete(object: Obj, choice: Choice, ids: () => Promise<string[]>) {
  const { t } = useTranslation();
  const { modal, message, notification } = App.useApp();
  const queries = useQueryClient();
  const [progress, setProgress] = useState<Progress | null>(null);
  const stopped = useRef(false);

  async function run(what: Progress['what'], list: string[], act: (id: string) => Promise<unknown>) {
    stopped.current = false;
    setProgress({ what, done: 0, total: list.length });
    const out = await oneByOne(list, act, {
      onProgress: (done) => setProgress({ what, done, total: list.length }),
      isStopped: () => stopped.current,
    });
    await refetchRecords(queries, object.key);
    setProgress(null);
    return out;
  }

  async function restore(list: string[]) {
    notification.destroy('bulk-deleted');
    const out = await run('restoring', list, (id) => restoreRecord(object.key, id));
    if (out.refused.length === 0) message.success(t('bulk.restored', { count: out.done.length }));
    else tellRefused(out, new Map());
  }

  function offerUndo(list: string[]) {
    notification.success({
      key: 'bulk-deleted',
      title: t('bulk.deleted', { count: list.length }),
      description: t('bulk.deletedText'),
      duration: OFFER_SECONDS,
      placement: 'bottomRight',
      actions: (
        <Button size="small" onClick={() => void restore(list)}>
          {t('bulk.restore', { count: list.length })}
        </Button>
      ),
    });
  }

  function tellRefused(out: Outcome, titles: Map<string, string>) {
    const shown = out.refused.slice(0, MOST_SHOWN);
    modal.warning({
      title: t('bulk.partly', { good: out.done.length, bad: out.refused.length }),
      content: (
        <ul className="bulk-refused">
          {shown.map(({ id, error }) => (
            <li key={id}>
              <b>{titles.get(id) || t('common.untitled')}</b> {wordsOf(error)}
            </li>
          ))}
          {out.refused.length > shown.length ? (
            <li className="muted">{t('common.andMore', { count: out.refused.length - shown.length })}</li>
          ) : null}
        </ul>
      ),
    });
  }

  async function remove() {
    const list = await ids();
    const out = await run('deleting', list, (id) => deleteRecord(object.key, id));
    choice.setAll(false);
    if (out.done.length > 0) offerUndo(out.done);
    if (out.refused.length > 0) {
      const refused = out.refused.slice(0, MOST_SHOWN).map((r) => r.id);
      tellRefused(out, await titlesOf(object, refused));
    }
    if (out.left.length > 0) message.info(t('bulk.stopped', { count: out.left.length }));
  }

  function ask() {
    modal.confirm({
      title: t('bulk.deleteTitle', { count: choice.count }),
      content: t('record.deleteText'),
      okText: t('common.delete'),
      cancelText: t('common.cancel'),
      okButtonProps: { danger: true },
      onOk: () => {
        // The dialog closes; the bar shows how far it is.
        remove().catch((error) => {
          setProgress(null);
          message.error(wordsOf(error));
        });
      },
    });
  }

  return {
    ask,
    progress,
    stop: () => {
      stopped.current = true;
    },
  };
}
