// First step: which form, and which file.
import { InboxOutlined } from '@ant-design/icons';
import { Alert, Button, Radio, Select } from 'antd';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ImportJob } from '@/api/admin-types';
import { wordsOf } from '@/api/problems';
import { startImport } from '@/api/queries/imports';
import type { Obj } from '@/api/types';
import { useSay } from '@/i18n/label';
import { Labelled } from '@/ui/Labelled';
import { fileProblem } from './mapping';

export function StartStep({
  objects,
  chosen,
  mayDesign,
  onStarted,
}: {
  objects: Obj[];
  chosen?: string;
  mayDesign: boolean;
  onStarted: (job: ImportJob) => void;
}) {
  const { t } = useTranslation();
  const say = useSay();
  const offered = objects.filter(
    (o) => o.state !== 'retired' && o.can?.import !== false && o.solution !== 'system' && !o.hidden,
  );
  const [fresh, setFresh] = useState(!chosen && offered.length === 0);
  const [object, setObject] = useState<string | null>(chosen ?? null);
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState<string | null>(null);
  // A file that came before its form waits for it.
  const [waiting, setWaiting] = useState<File | null>(null);
  const picker = useRef<HTMLInputElement>(null);

  async function take(file: File | undefined | null, into = object, asNew = fresh) {
    if (!file) return;
    const wrong = fileProblem(file);
    if (wrong) {
      setProblem(t(`imports.file_${wrong}`));
      return;
    }
    setProblem(null);
    setWaiting(null);
    if (!asNew && !into) {
      setWaiting(file);
      return;
    }
    setBusy(file.name);
    try {
      onStarted(await startImport(file, asNew ? null : into));
    } catch (error) {
      setProblem(wordsOf(error));
      setBusy(null);
    }
  }

  return (
    <div className="panel import-start">
      {problem ? <Alert type="error" showIcon className="form-alert" title={problem} /> : null}
      {waiting ? (
        <Alert
          type="info"
          showIcon
          className="form-alert"
          title={t('imports.waiting', { name: waiting.name })}
        />
      ) : null}
      <Labelled label={t('imports.into')}>
        <Radio.Group
          value={fresh}
          onChange={(e) => {
            setFresh(e.target.value);
            void take(waiting, object, e.target.value);
          }}
          options={[
            { value: false, label: t('imports.existing') },
            { value: true, label: t('imports.newForm'), disabled: !mayDesign },
          ]}
        />
      </Labelled>
      {fresh ? null : (
        <Labelled label={t('imports.form')} required htmlFor="import-object">
          <Select
            id="import-object"
            className="full"
            value={object}
            options={offered.map((o) => ({ value: o.key, label: say(o) }))}
            showSearch={{ optionFilterProp: 'label' }}
            placeholder={t('common.choose')}
            aria-label={t('imports.form')}
            onChange={(key) => {
              setObject(key);
              void take(waiting, key);
            }}
          />
        </Labelled>
      )}
      <div
        className="drop-zone"
        role="group"
        aria-label={t('imports.drop')}
        onDragOver={(e) => e.preventDefault()}
        onDrop={(e) => {
          e.preventDefault();
          void take(e.dataTransfer.files[0]);
        }}
      >
        <InboxOutlined className="drop-icon" />
        <div>{busy ? t('imports.uploading', { name: busy }) : t('imports.drop')}</div>
        <div className="muted">{t('imports.dropHint')}</div>
        <input
          ref={picker}
          type="file"
          hidden
          accept=".xlsx,.xlsm,.xls,.ods,.csv,.tsv,.txt"
          aria-label={t('imports.chooseFile')}
          onChange={(e) => {
            void take(e.target.files?.[0]);
            e.target.value = '';
          }}
        />
        <Button type="primary" loading={busy !== null} onClick={() => picker.current?.click()}>
          {t('imports.chooseFile')}
        </Button>
      </div>
    </div>
  );
}
