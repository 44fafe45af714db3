// All objects, and the way to a new one.
import { PlusOutlined, UploadOutlined } from '@ant-design/icons';
import { Alert, Button, Input, Modal, Table, Tag } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { isProblem, wordsOf } from '@/api/problems';
import { useSolutions } from '@/api/queries/definitions';
import { useDesign } from '@/api/queries/objects';
import type { Obj } from '@/api/types';
import { isKey } from '@/fields/keys';
import { useSay } from '@/i18n/label';
import { Glyph } from '@/ui/Glyph';
import { Labelled } from '@/ui/Labelled';
import { PageHead } from '@/ui/PageHead';

export function ObjectsPage({
  objects,
  creating,
  onCreating,
  onOpen,
  onImport,
}: {
  objects: Obj[];
  creating: boolean;
  onCreating: (on: boolean) => void;
  onOpen: (key: string) => void;
  onImport: () => void;
}) {
  const { t } = useTranslation();
  const say = useSay();
  const [search, setSearch] = useState('');
  const solutions = useSolutions();
  const names = new Map((solutions.data ?? []).map((s) => [s.key, say(s)]));
  const appOf = (o: Obj) =>
    o.solution === 'system' ? t('shell.platform') : (names.get(o.solution ?? '') ?? t('shell.ownApp'));
  const wanted = search.trim().toLowerCase();
  const list = objects.filter((o) => say(o).toLowerCase().includes(wanted) || o.key.includes(wanted));
  return (
    <div className="page">
      <PageHead
        title={t('admin.objects')}
        hint={t('design.objectsHint')}
        actions={
          <>
            <Input.Search
              allowClear
              placeholder={t('shell.findForm')}
              aria-label={t('shell.findForm')}
              value={search}
              onChange={(e) => setSearch(e.target.value)}
              style={{ width: 200 }}
            />
            <Button icon={<UploadOutlined />} onClick={onImport}>
              {t('home.fromFile')}
            </Button>
            <Button type="primary" icon={<PlusOutlined />} onClick={() => onCreating(true)}>
              {t('home.newForm')}
            </Button>
          </>
        }
      />
      <Table
        size="middle"
        rowKey="key"
        dataSource={list}
        pagination={false}
        scroll={{ x: 560 }}
        locale={{ emptyText: t('design.noObjects') }}
        columns={[
          {
            title: t('common.label'),
            render: (_, o) => (
              <button type="button" className="link-button related-name" onClick={() => onOpen(o.key)}>
                <Glyph name={say(o)} icon={o.icon} color={o.color ?? 'blue'} seed={o.key} size={22} />{' '}
                {say(o)}
              </button>
            ),
          },
          {
            title: t('common.key'),
            dataIndex: 'key',
            render: (key) => <span className="mono muted">{key}</span>,
          },
          {
            title: t('design.fields'),
            align: 'right',
            width: 90,
            render: (_, o) => o.fields.filter((f) => !f.system && f.state !== 'retired').length,
          },
          {
            title: t('design.from'),
            render: (_, o) => <span className="muted">{appOf(o)}</span>,
          },
          {
            title: t('common.state'),
            width: 100,
            render: (_, o) => (o.state === 'retired' ? <Tag color="red">{t('design.isRetired')}</Tag> : null),
          },
        ]}
      />
      {creating ? (
        <NewObject
          onClose={() => onCreating(false)}
          onMade={(key) => {
            onCreating(false);
            onOpen(key);
          }}
        />
      ) : null}
    </div>
  );
}

function NewObject({ onClose, onMade }: { onClose: () => void; onMade: (key: string) => void }) {
  const { t } = useTranslation();
  const design = useDesign();
  const [label, setLabel] = useState('');
  const [key, setKey] = useState('');
  const [first, setFirst] = useState('');
  const [problems, setProblems] = useState<string[]>([]);

  async function make() {
    setProblems([]);
    try {
      const made = await design.makeObject.mutateAsync({
        ...(key ? { key } : {}),
        label: label.trim(),
        title: 'name',
        fields: [
          { key: 'name', type: 'text', label: first.trim() || t('design.firstField'), required: true },
        ],
      });
      onMade(made.key);
    } catch (error) {
      setProblems(
        isProblem(error) && error.problems.length ? error.problems.map((p) => p.message) : [wordsOf(error)],
      );
    }
  }

  return (
    <Modal
      open
      title={t('home.newForm')}
      okText={t('design.make')}
      cancelText={t('common.cancel')}
      okButtonProps={{
        disabled: !label.trim() || (key !== '' && !isKey(key)),
        loading: design.makeObject.isPending,
      }}
      onOk={() => void make()}
      onCancel={onClose}
    >
      {problems.length > 0 ? (
        <Alert
          type="error"
          showIcon
          className="form-alert"
          title={problems.map((p) => <div key={p}>{p}</div>)}
        />
      ) : null}
      <Labelled label={t('design.objectName')} required htmlFor="new-label">
        <Input id="new-label" autoFocus value={label} onChange={(e) => setLabel(e.target.value)} />
      </Labelled>
      <Labelled label={t('design.firstFieldName')} htmlFor="new-first" hint={t('design.firstFieldHint')}>
        <Input
          id="new-first"
          value={first}
          placeholder={t('design.firstField')}
          onChange={(e) => setFirst(e.target.value)}
        />
      </Labelled>
      <Labelled label={t('common.key')} htmlFor="new-key" hint={t('design.keyHint')}>
        <Input
          id="new-key"
          className="mono"
          value={key}
          placeholder={t('design.keyAuto')}
          status={key && !isKey(key) ? 'error' : undefined}
          onChange={(e) => setKey(e.target.value)}
        />
      </Labelled>
    </Modal>
  );
}
