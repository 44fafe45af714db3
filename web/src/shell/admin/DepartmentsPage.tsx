// The tree of departments.
import { DeleteOutlined, EditOutlined, PlusOutlined } from '@ant-design/icons';
import { App, Button, Input, Modal, Select, Spin, Tree } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Department } from '@/api/admin-types';
import { wordsOf } from '@/api/problems';
import { useDepartmentActs, useDepartments, usePeople } from '@/api/queries/people';
import { EmptyState } from '@/ui/EmptyState';
import { Labelled } from '@/ui/Labelled';
import { PageHead } from '@/ui/PageHead';

export const parentOf = (d: Department): string | null =>
  typeof d.parent === 'string' ? d.parent : (d.parent?.id ?? null);

interface Node {
  key: string;
  department: Department;
  children: Node[];
}

/** A department whose parent is unknown stands at the top rather than nowhere. */
export function treeOf(departments: Department[]): Node[] {
  const nodes = new Map(departments.map((d) => [d.id, { key: d.id, department: d, children: [] as Node[] }]));
  const top: Node[] = [];
  for (const node of nodes.values()) {
    const parent = parentOf(node.department);
    const above = parent ? nodes.get(parent) : undefined;
    (above && above !== node ? above.children : top).push(node);
  }
  return top;
}

type Editing = { department?: Department; parent: string | null };

export function DepartmentsPage() {
  const { t } = useTranslation();
  const { message, modal } = App.useApp();
  const departments = useDepartments();
  const acts = useDepartmentActs();
  const [editing, setEditing] = useState<Editing | null>(null);
  const list = departments.data ?? [];

  function askDelete(d: Department) {
    modal.confirm({
      title: t('departments.deleteTitle', { name: d.name }),
      okText: t('common.delete'),
      cancelText: t('common.cancel'),
      okButtonProps: { danger: true },
      onOk: () => acts.remove.mutateAsync(d.id).catch((error) => message.error(wordsOf(error))),
    });
  }

  return (
    <div className="page">
      <PageHead
        title={t('admin.departments')}
        hint={t('departments.hint')}
        actions={
          <Button type="primary" icon={<PlusOutlined />} onClick={() => setEditing({ parent: null })}>
            {t('departments.add')}
          </Button>
        }
      />
      {departments.isLoading ? (
        <Spin />
      ) : list.length === 0 ? (
        <EmptyState title={t('departments.none')} hint={t('departments.noneHint')} />
      ) : (
        <div className="panel">
          <Tree<Node>
            blockNode
            defaultExpandAll
            selectable={false}
            treeData={treeOf(list)}
            titleRender={({ department }) => (
              <span className="department-line">
                <span>{department.name}</span>
                {department.manager ? <span className="muted">{department.manager.title}</span> : null}
                <span className="grow" />
                <Button
                  type="text"
                  size="small"
                  icon={<PlusOutlined />}
                  aria-label={t('departments.addUnder', { name: department.name })}
                  title={t('departments.addUnder', { name: department.name })}
                  onClick={() => setEditing({ parent: department.id })}
                />
                <Button
                  type="text"
                  size="small"
                  icon={<EditOutlined />}
                  aria-label={`${t('common.edit')} ${department.name}`}
                  onClick={() => setEditing({ department, parent: parentOf(department) })}
                />
                <Button
                  type="text"
                  size="small"
                  danger
                  icon={<DeleteOutlined />}
                  aria-label={`${t('common.delete')} ${department.name}`}
                  onClick={() => askDelete(department)}
                />
              </span>
            )}
          />
        </div>
      )}
      {editing ? (
        <DepartmentDialog editing={editing} departments={list} onClose={() => setEditing(null)} />
      ) : null}
    </div>
  );
}

function DepartmentDialog({
  editing,
  departments,
  onClose,
}: {
  editing: Editing;
  departments: Department[];
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const people = usePeople();
  const acts = useDepartmentActs();
  const { department } = editing;
  const [name, setName] = useState(department?.name ?? '');
  const [parent, setParent] = useState(editing.parent);
  const [manager, setManager] = useState(department?.manager?.id ?? null);
  const [problems, setProblems] = useState<string[]>([]);

  async function save() {
    try {
      const body = { name: name.trim(), parent, manager };
      if (department) await acts.change.mutateAsync({ id: department.id, body });
      else await acts.make.mutateAsync(body);
      onClose();
    } catch (error) {
      setProblems([wordsOf(error)]);
    }
  }

  return (
    <Modal
      open
      title={department ? department.name : t('departments.add')}
      okText={t('common.save')}
      cancelText={t('common.cancel')}
      okButtonProps={{ disabled: !name.trim(), loading: acts.make.isPending || acts.change.isPending }}
      onOk={() => void save()}
      onCancel={onClose}
    >
      <Labelled label={t('departments.name')} required htmlFor="department-name" problems={problems}>
        <Input id="department-name" autoFocus value={name} onChange={(e) => setName(e.target.value)} />
      </Labelled>
      <Labelled label={t('departments.parent')} htmlFor="department-parent">
        <Select
          id="department-parent"
          className="full"
          allowClear
          value={parent}
          options={departments
            .filter((d) => d.id !== department?.id)
            .map((d) => ({ value: d.id, label: d.name }))}
          aria-label={t('departments.parent')}
          onChange={(v) => setParent(v ?? null)}
        />
      </Labelled>
      <Labelled label={t('departments.manager')} htmlFor="department-manager">
        <Select
          id="department-manager"
          className="full"
          allowClear
          value={manager}
          options={(people.data ?? []).map((p) => ({ value: p.id, label: p.name }))}
          showSearch={{ optionFilterProp: 'label' }}
          aria-label={t('departments.manager')}
          onChange={(v) => setManager(v ?? null)}
        />
      </Labelled>
    </Modal>
  );
}
