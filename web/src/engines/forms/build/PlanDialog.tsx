// Before a form is changed: what the change does, to how many records, and whether anything is lost.
import { Alert, Modal, Tag } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Plan } from '@/api/admin-types';

const colors = { safe: 'green', slow: 'orange', lossy: 'red' } as const;

export function PlanDialog({
  plan,
  busy,
  danger,
  title,
  onRun,
  onClose,
}: {
  plan: Plan | null;
  busy: boolean;
  danger?: boolean;
  title: string;
  onRun: () => void;
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const problems = plan?.problems ?? [];
  return (
    <Modal
      open={plan !== null}
      title={title}
      okText={t('design.apply')}
      cancelText={t('common.cancel')}
      okButtonProps={{ danger, loading: busy, disabled: problems.length > 0 }}
      onOk={onRun}
      onCancel={onClose}
    >
      {problems.length > 0 ? (
        <Alert
          type="error"
          showIcon
          className="form-alert"
          title={problems.map((p) => <div key={`${p.code}${p.at}`}>{p.message}</div>)}
        />
      ) : null}
      <ul className="plan-list">
        {(plan?.changes ?? []).map((change, n) => (
          <li key={n}>
            <Tag color={colors[change.kind]}>{t(`design.kind_${change.kind}`)}</Tag>
            <span>
              {change.what}
              {change.count ? (
                <span className="muted"> {t('design.affected', { count: change.count })}</span>
              ) : null}
              {change.samples?.length ? (
                <ul className="muted">
                  {change.samples.slice(0, 5).map((s) => (
                    <li key={s.id}>
                      {s.title || s.id}{' '}
                      {s.value === undefined || s.value === null ? '' : `· ${String(s.value)}`}
                    </li>
                  ))}
                </ul>
              ) : null}
            </span>
          </li>
        ))}
        {plan && plan.changes.length === 0 && problems.length === 0 ? (
          <li className="muted">{t('design.noChange')}</li>
        ) : null}
      </ul>
    </Modal>
  );
}
