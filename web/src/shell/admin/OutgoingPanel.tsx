// What leaves the building: whether it may, what waits, what did not get there.
import { Alert, Button, Table, Tag } from 'antd';
import { useTranslation } from 'react-i18next';
import { type Operations, type Outgoing, useOutgoingActs } from '@/api/queries/people';
import { usePlace } from '@/ui/place';
import { showMoment } from '@/ui/time';

export function OutgoingPanel({ outgoing }: { outgoing: NonNullable<Operations['outgoing']> }) {
  const { t } = useTranslation();
  const { timeZone } = usePlace();
  const act = useOutgoingActs();
  const { paused, mail_server, waiting, troubled } = outgoing;
  return (
    <section className="panel report">
      <h2>{t('operations.outgoing')}</h2>
      <p className="muted">
        {mail_server ? t('operations.mailServer', { name: mail_server }) : t('operations.noMailServer')}
        {' · '}
        {t('operations.waiting', { count: waiting.length })}
      </p>
      {paused ? (
        <Alert type="warning" showIcon title={t('operations.paused')} className="form-alert" />
      ) : null}
      <Button loading={act.isPending} onClick={() => act.mutate(paused ? 'resume' : 'pause')}>
        {t(paused ? 'operations.resume' : 'operations.pause')}
      </Button>
      {troubled.length > 0 ? (
        <Table<Outgoing>
          rowKey="id"
          size="small"
          pagination={false}
          scroll={{ x: 'max-content' }}
          dataSource={troubled}
          columns={[
            { title: t('operations.at'), render: (_, one) => showMoment(one.changed_at, timeZone) },
            { title: t('operations.what'), render: (_, one) => t(`operations.kind_${one.kind}`) },
            { title: t('operations.toWhom'), render: (_, one) => one.person?.title ?? '' },
            {
              title: t('common.state'),
              render: (_, one) => (
                <Tag color={one.state === 'unknown' ? 'gold' : 'red'}>
                  {t(`operations.state_${one.state}`)}
                </Tag>
              ),
            },
            { title: t('operations.tries'), dataIndex: 'attempts' },
            { title: t('operations.why'), dataIndex: 'error' },
          ]}
        />
      ) : (
        <p className="muted">{t('operations.nothingTroubled')}</p>
      )}
    </section>
  );
}
