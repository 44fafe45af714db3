// People: who they are, what they may do, how they get in, and what happens when they leave.
import { MoreOutlined, PlusOutlined } from '@ant-design/icons';
import { App, Button, Dropdown, Input, Modal, Table, Tag } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Person } from '@/api/admin-types';
import { wordsOf } from '@/api/problems';
import { type MadeLink, usePeople, usePeopleActs, useRoles } from '@/api/queries/people';
import type { Me } from '@/api/types';
import { Avatar } from '@/fields/shapes/RefShape';
import { useSay } from '@/i18n/label';
import { CopyLine } from '@/ui/CopyLine';
import { FailBox } from '@/ui/FailBox';
import { PageHead } from '@/ui/PageHead';
import { HandOver } from './HandOver';
import { PersonDrawer } from './PersonDrawer';

export const isOut = (p: Person) => p.disabled === true || p.state === 'disabled';

export function PeoplePage({ me }: { me: Me }) {
  const { t } = useTranslation();
  const say = useSay();
  const { message, modal } = App.useApp();
  const people = usePeople();
  const roles = useRoles();
  const acts = usePeopleActs();
  const [search, setSearch] = useState('');
  const [editing, setEditing] = useState<Person | 'new' | null>(null);
  const [leaving, setLeaving] = useState<Person | null>(null);
  const [link, setLink] = useState<{ title: string; url: string; mail?: MadeLink['mail'] } | null>(null);
  const wanted = search.trim().toLowerCase();
  const list = (people.data ?? []).filter((p) => `${p.name} ${p.email}`.toLowerCase().includes(wanted));
  const roleName = (r: { id: string; title: string } | string) => {
    if (typeof r !== 'string') return r.title;
    return say(roles.data?.find((x) => x.key === r || x.id === r)) || r;
  };

  async function showLink(person: Person, how: 'invite' | 'reset') {
    try {
      const { url, mail } = await acts[how].mutateAsync(person.id);
      setLink({
        title: t(`people.${how}Title`, { name: person.name }),
        url: new URL(url, window.location.origin).href,
        mail,
      });
    } catch (error) {
      message.error(wordsOf(error));
    }
  }

  function askDisable(person: Person) {
    modal.confirm({
      title: t('people.disableTitle', { name: person.name }),
      content: t('people.disableText'),
      okText: t('people.disable'),
      cancelText: t('common.cancel'),
      okButtonProps: { danger: true },
      onOk: () => acts.disable.mutateAsync(person.id).catch((error) => message.error(wordsOf(error))),
    });
  }

  function act(key: string, person: Person) {
    if (key === 'edit') setEditing(person);
    if (key === 'invite' || key === 'reset') void showLink(person, key);
    if (key === 'handOver') setLeaving(person);
    if (key === 'disable') askDisable(person);
    if (key === 'enable')
      acts.enable.mutate(person.id, { onError: (error) => message.error(wordsOf(error)) });
  }

  return (
    <div className="page">
      <PageHead
        title={t('admin.people')}
        hint={t('people.hint')}
        actions={
          <>
            <Input.Search
              allowClear
              placeholder={t('people.find')}
              aria-label={t('people.find')}
              value={search}
              onChange={(e) => setSearch(e.target.value)}
              style={{ width: 200 }}
            />
            <Button type="primary" icon={<PlusOutlined />} onClick={() => setEditing('new')}>
              {t('people.add')}
            </Button>
          </>
        }
      />
      {people.error ? <FailBox text={wordsOf(people.error)} onRetry={() => people.refetch()} /> : null}
      <Table
        size="middle"
        rowKey="id"
        loading={people.isLoading}
        dataSource={list}
        pagination={list.length > 50 ? { pageSize: 50, showSizeChanger: false } : false}
        scroll={{ x: 720 }}
        columns={[
          {
            title: t('people.name'),
            render: (_, p) => (
              <button type="button" className="link-button related-name" onClick={() => setEditing(p)}>
                <Avatar name={p.name} seed={p.id} size={24} /> {p.name}
              </button>
            ),
          },
          { title: t('entry.email'), dataIndex: 'email' },
          { title: t('system.department'), render: (_, p) => p.department?.title ?? '' },
          { title: t('people.manager'), render: (_, p) => p.manager?.title ?? '' },
          {
            title: t('admin.roles'),
            render: (_, p) => (
              <>
                {p.is_admin ? <Tag color="blue">{t('people.admin')}</Tag> : null}
                {(p.roles ?? []).map((r) => (
                  <Tag key={typeof r === 'string' ? r : r.id}>{roleName(r)}</Tag>
                ))}
              </>
            ),
          },
          {
            title: t('common.state'),
            width: 90,
            render: (_, p) =>
              isOut(p) ? (
                <Tag color="red">{t('people.out')}</Tag>
              ) : p.state === 'invited' ? (
                <Tag color="gold">{t('people.invited')}</Tag>
              ) : null,
          },
          {
            title: t('common.actions'),
            fixed: 'right',
            width: 70,
            render: (_, p) => (
              <Dropdown
                trigger={['click']}
                menu={{
                  items: [
                    { key: 'edit', label: t('common.edit') },
                    { key: 'invite', label: t('people.invite') },
                    { key: 'reset', label: t('people.reset') },
                    { key: 'handOver', label: t('people.handOver') },
                    { type: 'divider' },
                    isOut(p)
                      ? { key: 'enable', label: t('people.enable') }
                      : {
                          key: 'disable',
                          label: t('people.disable'),
                          danger: true,
                          disabled: p.id === me.id,
                        },
                  ],
                  onClick: (e) => act(e.key, p),
                }}
              >
                <Button
                  type="text"
                  icon={<MoreOutlined />}
                  aria-label={t('people.actsOf', { name: p.name })}
                />
              </Dropdown>
            ),
          },
        ]}
      />
      {editing ? (
        <PersonDrawer
          person={editing === 'new' ? undefined : editing}
          onClose={() => setEditing(null)}
          onMade={(person, invite) => {
            setEditing(null);
            if (invite) void showLink(person, 'invite');
          }}
        />
      ) : null}
      {leaving ? <HandOver person={leaving} onClose={() => setLeaving(null)} /> : null}
      <Modal open={link !== null} title={link?.title} footer={null} onCancel={() => setLink(null)}>
        <p className="muted">{t('people.linkHint')}</p>
        {link?.mail ? <p>{t(`people.mail_${link.mail}`)}</p> : null}
        {link ? <CopyLine text={link.url} label={t('people.link')} /> : null}
      </Modal>
    </div>
  );
}
