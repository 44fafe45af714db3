// What a role may do with each field of an object.
import { Modal, Segmented } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { FieldAccess } from '@/api/admin-types';
import type { Obj } from '@/api/types';
import { useSay } from '@/i18n/label';

const choices: FieldAccess[] = ['write', 'read', 'masked', 'hidden'];

export function FieldRights({
  object,
  access,
  onSave,
  onClose,
}: {
  object: Obj;
  access: Record<string, FieldAccess>;
  onSave: (access: Record<string, FieldAccess>) => void;
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const say = useSay();
  const [draft, setDraft] = useState(access);

  function put(key: string, choice: FieldAccess) {
    const { [key]: _old, ...others } = draft;
    // A field that is not named may be written, so "write" needs no entry.
    setDraft(choice === 'write' ? others : { ...others, [key]: choice });
  }

  return (
    <Modal
      open
      width={620}
      title={t('roles.fieldsOf', { name: say(object) })}
      okText={t('common.ok')}
      cancelText={t('common.cancel')}
      onOk={() => onSave(draft)}
      onCancel={onClose}
    >
      <ul className="field-rights">
        {object.fields
          .filter((f) => f.state !== 'retired' && !f.system)
          .map((f) => (
            <li key={f.key}>
              <span className="ellipsis">{say(f)}</span>
              <Segmented
                size="small"
                value={draft[f.key] ?? 'write'}
                options={choices.map((c) => ({ value: c, label: t(`roles.access_${c}`) }))}
                onChange={(c) => put(f.key, c as FieldAccess)}
              />
            </li>
          ))}
      </ul>
    </Modal>
  );
}
