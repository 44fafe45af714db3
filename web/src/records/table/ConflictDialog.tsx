// Two people changed the same cell: both values side by side, and the person chooses.
import { Button, Modal } from 'antd';
import { useTranslation } from 'react-i18next';
import { kindOf } from '@/fields/registry';
import { useSay } from '@/i18n/label';
import type { Conflict } from './useEdits';

export function ConflictDialog({ conflict }: { conflict: Conflict | null }) {
  const { t } = useTranslation();
  const say = useSay();
  if (!conflict) return null;
  const { field, mine, theirs, settle } = conflict;
  const Cell = kindOf(field).Cell;
  return (
    <Modal
      open
      title={t('conflict.title', { field: say(field) })}
      onCancel={() => settle(false)}
      footer={[
        <Button key="theirs" onClick={() => settle(false)}>
          {t('conflict.keepTheirs')}
        </Button>,
        <Button key="mine" type="primary" onClick={() => settle(true)}>
          {t('conflict.takeMine')}
        </Button>,
      ]}
    >
      <p>{t('conflict.text')}</p>
      <div className="two conflict">
        <div>
          <div className="muted">{t('conflict.theirs')}</div>
          <Cell field={field} value={theirs} roomy />
        </div>
        <div>
          <div className="muted">{t('conflict.mine')}</div>
          <Cell field={field} value={mine} roomy />
        </div>
      </div>
    </Modal>
  );
}
