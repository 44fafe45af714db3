// What the server reports about itself, as it reports it.
import { Spin } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { isProblem, wordsOf } from '@/api/problems';
import { useOperations } from '@/api/queries/people';
import { formatDecimal } from '@/ui/decimal';
import { EmptyState } from '@/ui/EmptyState';
import { FailBox } from '@/ui/FailBox';
import { PageHead } from '@/ui/PageHead';
import { usePlace } from '@/ui/place';
import { showMoment } from '@/ui/time';
import { OutgoingPanel } from './OutgoingPanel';

export function OperationsPage() {
  const { t } = useTranslation();
  const report = useOperations();
  return (
    <div className="page">
      <PageHead title={t('admin.operations')} hint={t('operations.hint')} />
      {report.isLoading ? <Spin /> : null}
      {report.error ? (
        isProblem(report.error) && report.error.status === 404 ? (
          <EmptyState title={t('operations.none')} />
        ) : (
          <FailBox text={wordsOf(report.error)} onRetry={() => report.refetch()} />
        )
      ) : null}
      {report.data ? (
        <div className="reports">
          {report.data.outgoing ? <OutgoingPanel outgoing={report.data.outgoing} /> : null}
          <Report name="" value={{ ...report.data, outgoing: undefined }} />
        </div>
      ) : null}
    </div>
  );
}

const moment = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/;

function Plain({ value }: { value: unknown }): ReactNode {
  const { t } = useTranslation();
  const { timeZone } = usePlace();
  if (value === null || value === undefined || value === '') return <span className="muted">–</span>;
  if (typeof value === 'boolean') return value ? t('common.yes') : t('common.no');
  if (typeof value === 'number') return formatDecimal(value);
  if (typeof value === 'string' && moment.test(value))
    return showMoment(value, timeZone, 'YYYY-MM-DD HH:mm:ss');
  return String(value);
}

/** Single figures stand in one panel; a group of figures gets a panel of its own. */
function Report({ name, value }: { name: string; value: Record<string, unknown> }) {
  const { i18n, t } = useTranslation();
  const words = (key: string) =>
    i18n.exists(`operations.${key}`) ? t(`operations.${key}`) : key.replaceAll('_', ' ');
  const isGroup = (v: unknown): v is Record<string, unknown> =>
    typeof v === 'object' && v !== null && !Array.isArray(v);
  const plain = Object.entries(value).filter(([, v]) => v !== undefined && !isGroup(v));
  const groups = Object.entries(value).filter((e): e is [string, Record<string, unknown>] => isGroup(e[1]));
  return (
    <>
      {plain.length > 0 ? (
        <section className="panel report">
          {name ? <h2>{words(name)}</h2> : null}
          <dl>
            {plain.map(([key, v]) => (
              <div key={key}>
                <dt className="muted">{words(key)}</dt>
                <dd className="tab-num">
                  {Array.isArray(v) ? (
                    v.map((x) => (
                      <div key={JSON.stringify(x)}>
                        {isGroup(x) ? Object.values(x).map(String).join(' · ') : String(x)}
                      </div>
                    ))
                  ) : (
                    <Plain value={v} />
                  )}
                </dd>
              </div>
            ))}
          </dl>
        </section>
      ) : null}
      {groups.map(([key, v]) => (
        <Report key={key} name={key} value={v} />
      ))}
    </>
  );
}
