// The designer of one object: its name, its fields, and the way to retire either.
import { DeleteOutlined, EditOutlined, PlusOutlined } from '@ant-design/icons';
import { App, Button, Input, Select, Table, Tag } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Plan } from '@/api/admin-types';
import { wordsOf } from '@/api/problems';
import { planFieldEnd, planObjectEnd, useDesign } from '@/api/queries/objects';
import type { Field, Obj } from '@/api/types';
import { kindOf } from '@/fields/registry';
import { labelOf, useSay } from '@/i18n/label';
import { Glyph } from '@/ui/Glyph';
import { Labelled } from '@/ui/Labelled';
import { PageHead } from '@/ui/PageHead';
import { signNames } from '@/ui/signs';
import { FieldDrawer } from './FieldDrawer';
import { putLabel } from './fieldBody';
import { PlanDialog } from './PlanDialog';
import { RetiredFields } from './RetiredFields';

export function ObjectEditor({
  object,
  objects,
  onGone,
  onOpen,
}: {
  object: Obj;
  objects: Obj[];
  onGone: () => void;
  onOpen: () => void;
}) {
  const { t } = useTranslation();
  const say = useSay();
  const { message } = App.useApp();
  const design = useDesign();
  const [editing, setEditing] = useState<Field | 'new' | null>(null);
  const [ending, setEnding] = useState<{ plan: Plan; field?: Field } | null>(null);
  const fields = object.fields.filter((f) => !f.system && f.state !== 'retired');

  async function askEnd(field?: Field) {
    try {
      const plan = field ? await planFieldEnd(object.key, field.key) : await planObjectEnd(object.key);
      setEnding({ plan, field });
    } catch (error) {
      message.error(wordsOf(error));
    }
  }

  async function end() {
    if (!ending) return;
    try {
      if (ending.field) await design.endField.mutateAsync({ object: object.key, field: ending.field.key });
      else await design.endObject.mutateAsync(object.key);
      message.success(t('design.retired'));
      setEnding(null);
      if (!ending.field) onGone();
    } catch (error) {
      message.error(wordsOf(error));
    }
  }

  return (
    <div className="page">
      <PageHead
        title={
          <span className="related-name">
            <Glyph
              name={say(object)}
              icon={object.icon}
              color={object.color ?? 'blue'}
              seed={object.key}
              size={26}
            />
            {say(object)} <span className="mono muted">{object.key}</span>
          </span>
        }
        actions={
          <>
            <Button onClick={onOpen}>{t('design.openData')}</Button>
            <Button type="primary" icon={<PlusOutlined />} onClick={() => setEditing('new')}>
              {t('design.newField')}
            </Button>
          </>
        }
      />
      <ObjectSettings key={object.key} object={object} />
      <div className="section-head">
        <h2>{t('design.fields')}</h2>
      </div>
      <Table
        size="middle"
        rowKey="key"
        dataSource={fields}
        pagination={false}
        scroll={{ x: 640 }}
        columns={[
          {
            title: t('design.fieldName'),
            render: (_, f) => (
              <button type="button" className="link-button" onClick={() => setEditing(f)}>
                {say(f)}
              </button>
            ),
          },
          {
            title: t('common.key'),
            dataIndex: 'key',
            render: (key) => <span className="mono muted">{key}</span>,
          },
          {
            title: t('design.type'),
            render: (_, f) => (
              <span>
                <span className="head-sign">{kindOf(f).sign}</span> {t(`types.${f.type}`)}
                {f.to ? (
                  <span className="muted"> → {say(objects.find((o) => o.key === f.to)) || f.to}</span>
                ) : null}
              </span>
            ),
          },
          {
            title: t('design.rules'),
            render: (_, f) => (
              <>
                {object.title === f.key ? <Tag color="blue">{t('design.isTitle')}</Tag> : null}
                {f.required ? <Tag>{t('design.required')}</Tag> : null}
                {f.unique ? <Tag>{t('design.unique')}</Tag> : null}
              </>
            ),
          },
          {
            title: t('common.actions'),
            width: 110,
            fixed: 'right',
            render: (_, f) => (
              <>
                <Button
                  type="text"
                  size="small"
                  icon={<EditOutlined />}
                  aria-label={t('design.editField', { name: say(f) })}
                  onClick={() => setEditing(f)}
                />
                <Button
                  type="text"
                  size="small"
                  danger
                  icon={<DeleteOutlined />}
                  aria-label={t('design.retireField', { name: say(f) })}
                  onClick={() => void askEnd(f)}
                />
              </>
            ),
          },
        ]}
      />
      <RetiredFields object={object} />
      <div className="danger-zone">
        <div>
          <b>{t('design.retireObject')}</b>
          <div className="muted">{t('design.retireHint')}</div>
        </div>
        <Button danger onClick={() => void askEnd()}>
          {t('design.retireObject')}
        </Button>
      </div>
      {editing ? (
        <FieldDrawer
          key={editing === 'new' ? 'new' : editing.key}
          object={object}
          objects={objects}
          field={editing === 'new' ? undefined : editing}
          onClose={() => setEditing(null)}
        />
      ) : null}
      <PlanDialog
        plan={ending?.plan ?? null}
        busy={design.endField.isPending || design.endObject.isPending}
        danger
        title={
          ending?.field ? t('design.retireField', { name: say(ending.field) }) : t('design.retireObject')
        }
        onRun={() => void end()}
        onClose={() => setEnding(null)}
      />
    </div>
  );
}

function ObjectSettings({ object }: { object: Obj }) {
  const { t, i18n } = useTranslation();
  const say = useSay();
  const { message } = App.useApp();
  const design = useDesign();
  const [label, setLabel] = useState(object.label);
  const [title, setTitle] = useState(object.title);
  const [icon, setIcon] = useState(object.icon);
  const body: Partial<Obj> = {};
  if (JSON.stringify(label) !== JSON.stringify(object.label)) body.label = label;
  if (title !== object.title) body.title = title;
  if (icon !== object.icon) body.icon = icon;
  const titles = object.fields.filter(
    (f) => !f.system && f.state !== 'retired' && ['text', 'serial'].includes(f.type),
  );

  return (
    <div className="panel object-settings">
      <Labelled label={t('design.objectName')} required htmlFor="object-label">
        <Input
          id="object-label"
          value={labelOf(label, i18n.language, '')}
          onChange={(e) => setLabel(putLabel(label, i18n.language, e.target.value))}
        />
      </Labelled>
      <Labelled label={t('design.titleField')} htmlFor="object-title">
        <Select
          id="object-title"
          className="full"
          value={title ?? null}
          options={titles.map((f) => ({ value: f.key, label: say(f) }))}
          aria-label={t('design.titleField')}
          onChange={setTitle}
        />
      </Labelled>
      <Labelled label={t('design.icon')} htmlFor="object-icon">
        <Select
          id="object-icon"
          className="full"
          allowClear
          value={icon ?? null}
          options={signNames.map((name) => ({ value: name, label: name }))}
          optionRender={(o) => <SignName name={String(o.value)} />}
          labelRender={(o) => <SignName name={String(o.value)} />}
          aria-label={t('design.icon')}
          onChange={(v) => setIcon(v ?? undefined)}
        />
      </Labelled>
      <Button
        type="primary"
        disabled={Object.keys(body).length === 0 || !labelOf(label, i18n.language, '').trim()}
        loading={design.changeObject.isPending}
        onClick={() =>
          design.changeObject.mutate(
            { object: object.key, body },
            {
              onSuccess: () => message.success(t('design.saved')),
              onError: (error) => message.error(wordsOf(error)),
            },
          )
        }
      >
        {t('common.save')}
      </Button>
    </div>
  );
}

function SignName({ name }: { name: string }) {
  return (
    <span className="related-name">
      <Glyph name="" icon={name} color="blue" seed="i" size={20} /> {name}
    </span>
  );
}
