// Imports at their addresses; fetched only when somebody imports.
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { Spin, Steps } from 'antd';
import { useTranslation } from 'react-i18next';
import { useObjectMap, useObjects } from '@/api/queries/objects';
import { useMe } from '@/api/queries/session';
import { StartStep } from '@/engines/connect/build/StartStep';
import { ImportJobPage } from '@/engines/connect/run/ImportJobPage';
import '@/engines/connect/import.css';
import { PageHead } from '@/ui/PageHead';

export function StartImportPage() {
  const { t } = useTranslation();
  const { object } = useSearch({ from: '/frame/import' });
  const navigate = useNavigate();
  const me = useMe();
  const objects = useObjects();
  if (!objects.data || !me.data) return <Spin className="page-wait" />;
  return (
    <div className="page import-page">
      <PageHead title={t('imports.title')} hint={t('imports.hint')} />
      <Steps
        size="small"
        current={0}
        className="import-steps"
        items={[{ title: t('imports.step1') }, { title: t('imports.step2') }, { title: t('imports.step3') }]}
      />
      <StartStep
        objects={objects.data}
        chosen={object}
        mayDesign={me.data.is_admin || me.data.rights.includes('design')}
        onStarted={(job) => void navigate({ to: '/import/$job', params: { job: job.id } })}
      />
    </div>
  );
}

export function ImportPage() {
  const { job } = useParams({ from: '/frame/import/$job' });
  const navigate = useNavigate();
  const catalog = useObjectMap();
  return (
    <ImportJobPage
      key={job}
      id={job}
      catalog={catalog}
      onOpen={(object) => void navigate({ to: '/o/$object', params: { object } })}
      onAgain={(object) => void navigate({ to: '/import', search: object ? { object } : {} })}
    />
  );
}
