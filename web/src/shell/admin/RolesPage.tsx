// Roles: list, and the matrix of what each may do.
import { DeleteOutlined, PlusOutlined } from '@ant-design/icons';
import { App, Button, Table, Tag } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Role } from '@/api/admin-types';
import { wordsOf } from '@/api/problems';
import { useRoleActs, useRoles } from '@/api/queries/people';
import type { Obj } from '@/api/types';
import { useSay } from '@/i18n/label';
import { FailBox } from '@/ui/FailBox';
import { PageHead } from '@/ui/PageHead';
import { RoleEditor } from './RoleEditor';

export const isBuiltIn = (role: Role) => role.builtin === true || role.system === true;

export function RolesPage({ objects }: { objects: Obj[] }) {
  const { t } = useTranslation();
  const say = useSay();
  const { modal, message } = App.useApp();
  const roles = useRoles();
  const acts = useRoleActs();
  const [editing, setEditing] = useState<Role | 'new' | null>(null);

  if (editing) {
    return (
      <RoleEditor
        role={editing === 'new' ? undefined : editing}
        taken={roles.data ?? []}
        objects={objects.filter((o) => o.state !== 'retired')}
        onDone={() => setEditing(null)}
      />
    );
  }

  function askDelete(role: Role) {
    modal.confirm({
      title: t('roles.deleteTitle', { name: say(role) }),
      content: t('roles.deleteText'),
      okText: t('common.delete'),
      cancelText: t('common.cancel'),
      okButtonProps: { danger: true },
      onOk: () => acts.remove.mutateAsync(role.key).catch((error) => message.error(wordsOf(error))),
    });
  }

  return (
    <div className="page">
      <PageHead
        title={t('admin.roles')}
        hint={t('roles.hint')}
        actions={
          <Button type="primary" icon={<PlusOutlined />} onClick={() => setEditing('new')}>
            {t('roles.add')}
          </Button>
        }
      />
      {roles.error ? <FailBox text={wordsOf(roles.error)} onRetry={() => roles.refetch()} /> : null}
      <Table
        size="middle"
        rowKey="key"
        loading={roles.isLoading}
        dataSource={roles.data ?? []}
        pagination={false}
        scroll={{ x: 560 }}
        columns={[
          {
            title: t('common.label'),
            render: (_, r) =>
              isBuiltIn(r) ? (
                <span>
                  {say(r)} <Tag>{t('roles.builtin')}</Tag>
                </span>
              ) : (
                <button type="button" className="link-button" onClick={() => setEditing(r)}>
                  {say(r)}
                </button>
              ),
          },
          {
            title: t('common.key'),
            dataIndex: 'key',
            render: (key) => <span className="mono muted">{key}</span>,
          },
          {
            title: t('roles.forms'),
            render: (_, r) => (isBuiltIn(r) ? t('roles.everything') : Object.keys(r.objects ?? {}).length),
          },
          {
            title: t('roles.rights'),
            render: (_, r) =>
              (r.rights ?? []).map((right) => <Tag key={right}>{t(`roles.right_${right}`)}</Tag>),
          },
          {
            title: t('common.actions'),
            fixed: 'right',
            width: 80,
            render: (_, r) =>
              isBuiltIn(r) ? null : (
                <Button
                  type="text"
                  danger
                  size="small"
                  icon={<DeleteOutlined />}
                  aria-label={`${t('common.delete')} ${say(r)}`}
                  onClick={() => askDelete(r)}
                />
              ),
          },
        ]}
      />
    </div>
  );
}
