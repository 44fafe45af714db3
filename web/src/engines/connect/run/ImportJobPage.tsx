// An import at its address: the step it is at, whatever happened to the page meanwhile.
import { useQueryClient } from '@tanstack/react-query';
import { Spin, Steps } from 'antd';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ImportJob } from '@/api/admin-types';
import { wordsOf } from '@/api/problems';
import { importKey, useImport } from '@/api/queries/imports';
import { objectsKey } from '@/api/queries/objects';
import type { Obj } from '@/api/types';
import { useSay } from '@/i18n/label';
import type { Catalog } from '@/records/fieldPaths';
import { FailBox } from '@/ui/FailBox';
import { PageHead } from '@/ui/PageHead';
import { MappingStep } from '../build/MappingStep';
import { NewFormStep } from '../build/NewFormStep';
import { isMoving, phaseOf } from './phase';
import { RunStep } from './RunStep';

export function ImportJobPage({
  id,
  catalog,
  onOpen,
  onAgain,
}: {
  id: string;
  catalog: Catalog;
  onOpen: (object: string) => void;
  onAgain: (object: string | null) => void;
}) {
  const { t } = useTranslation();
  const say = useSay();
  const queries = useQueryClient();
  const [back, setBack] = useState(false);
  const job = useImport(id, isMoving);
  const phase = job.data ? phaseOf(job.data) : 'reading';
  const wanted = job.data?.object ?? null;
  const object: Obj | undefined = wanted ? catalog.get(wanted) : undefined;
  const unknown = Boolean(wanted) && !object;

  useEffect(() => {
    // A form made by this import is not among those already known.
    if (unknown) void queries.invalidateQueries({ queryKey: objectsKey });
  }, [unknown, queries]);

  const ended = phase === 'done' || phase === 'undone';
  useEffect(() => {
    if (ended && wanted) void queries.invalidateQueries({ queryKey: ['records', wanted] });
  }, [ended, wanted, queries]);

  function place(next: ImportJob) {
    queries.setQueryData(importKey(id), next);
    void queries.invalidateQueries({ queryKey: importKey(id) });
  }

  if (job.error) {
    return (
      <div className="page">
        <FailBox text={wordsOf(job.error)} onRetry={() => job.refetch()} />
      </div>
    );
  }
  if (!job.data) return <Spin className="page-wait" />;
  const data = job.data;
  const mapping = phase === 'mapping' || (back && (phase === 'checked' || phase === 'failed'));
  const step = phase === 'reading' ? 0 : mapping ? 1 : 2;

  return (
    <div className="page import-page">
      <PageHead
        title={object ? t('imports.titleOf', { name: say(object) }) : t('imports.title')}
        hint={data.file.name}
      />
      <Steps
        size="small"
        current={step}
        className="import-steps"
        items={[{ title: t('imports.step1') }, { title: t('imports.step2') }, { title: t('imports.step3') }]}
      />
      {phase === 'reading' ? (
        data.state === 'failed' ? (
          <FailBox
            text={data.problems.map((p) => p.message).join(' · ') || t('imports.unreadable')}
            onRetry={() => onAgain(wanted)}
          />
        ) : (
          <div className="panel import-moving" role="status">
            <Spin /> {t('imports.reading')}
          </div>
        )
      ) : !wanted ? (
        <NewFormStep job={data} taken={[...catalog.values()]} onJob={place} />
      ) : !object ? (
        <Spin className="page-wait" />
      ) : mapping ? (
        <MappingStep
          key={`${data.id}/${data.object}/${data.columns.map((c) => c.name).join('|')}`}
          job={data}
          object={object}
          catalog={catalog}
          onJob={(next, on) => {
            if (on) setBack(false);
            place(next);
          }}
        />
      ) : (
        <RunStep
          job={data}
          object={object}
          onJob={place}
          onBack={() => setBack(true)}
          onOpen={() => onOpen(object.key)}
          onAgain={() => onAgain(wanted)}
        />
      )}
    </div>
  );
}
