// The views of an object as tabs: all, mine, and those that were saved, shared or personal.
import { DownOutlined, PlusOutlined, TeamOutlined, UserOutlined } from '@ant-design/icons';
import { App, Button, Dropdown, Tabs } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { wordsOf } from '@/api/problems';
import { useDeleteView, useSaveView } from '@/api/queries/definitions';
import type { Me, Obj } from '@/api/types';
import { labelOf } from '@/i18n/label';
import { ALL, bodyOf, keepLayout, MINE, standIns } from './listState';
import { SaveViewDialog } from './SaveViewDialog';
import type { List } from './useList';

export function ViewTabs({
  object,
  list,
  me,
  onView,
}: {
  object: Obj;
  list: List;
  me: Me;
  onView: (view: string) => void;
}) {
  const { t, i18n } = useTranslation();
  const { message, modal } = App.useApp();
  const save = useSaveView();
  const remove = useDeleteView();
  const [naming, setNaming] = useState<'new' | 'rename' | null>(null);
  const { view } = list;
  const mayShare = me.rights.includes('design');
  const own = view && (view.owner === me.id || mayShare);

  function saveOver() {
    if (!view) return;
    save.mutate(
      {
        key: view.key,
        body: { ...view.body, ...bodyOf(object, list.state, view.body.label, view.body.shared) },
      },
      {
        onSuccess: () => {
          keepLayout(object.key, view.key, null);
          list.forget();
          message.success(t('views.saved'));
        },
        onError: (error) => message.error(wordsOf(error)),
      },
    );
  }

  function askDelete() {
    if (!view) return;
    modal.confirm({
      title: t('views.deleteTitle', { name: labelOf(view.body.label, i18n.language, view.key) }),
      content: view.body.shared ? t('views.deleteShared') : undefined,
      okText: t('common.delete'),
      cancelText: t('common.cancel'),
      okButtonProps: { danger: true },
      onOk: async () => {
        try {
          await remove.mutateAsync({ key: view.key, object: object.key });
          onView(ALL);
        } catch (error) {
          message.error(wordsOf(error));
        }
      },
    });
  }

  const stands = standIns(list.views);
  const tabs = [
    ...(stands.all ? [] : [{ key: ALL, label: t('views.all') }]),
    ...(stands.mine ? [] : [{ key: MINE, label: t('views.mine') }]),
    ...list.views.map((v) => ({
      key: v.key,
      label: (
        <span className="view-tab" title={v.body.shared ? t('views.shared') : t('views.personal')}>
          {v.body.shared ? <TeamOutlined /> : <UserOutlined />}
          {labelOf(v.body.label, i18n.language, v.key)}
        </span>
      ),
    })),
  ];

  return (
    <div className="view-tabs">
      <Tabs size="small" activeKey={list.viewKey} onChange={onView} items={tabs} />
      <div className="view-acts">
        {list.changed && view && own ? (
          <Button size="small" type="link" loading={save.isPending} onClick={saveOver}>
            {t('views.save')}
          </Button>
        ) : null}
        {list.changed ? (
          <Button size="small" type="link" onClick={() => setNaming('new')}>
            {t('views.saveAs')}
          </Button>
        ) : (
          <Button
            size="small"
            type="text"
            icon={<PlusOutlined />}
            aria-label={t('views.add')}
            title={t('views.add')}
            onClick={() => setNaming('new')}
          />
        )}
        {list.changed ? (
          <Button size="small" type="text" onClick={list.forget}>
            {t('views.reset')}
          </Button>
        ) : null}
        {view && own ? (
          <Dropdown
            trigger={['click']}
            menu={{
              items: [
                { key: 'rename', label: t('views.rename') },
                { key: 'delete', label: t('common.delete'), danger: true },
              ],
              onClick: (e) => (e.key === 'delete' ? askDelete() : setNaming('rename')),
            }}
          >
            <Button size="small" type="text" icon={<DownOutlined />} aria-label={t('views.more')} />
          </Dropdown>
        ) : null}
      </div>
      {naming ? (
        <SaveViewDialog
          object={object}
          list={list}
          me={me}
          rename={naming === 'rename' ? view : undefined}
          onClose={() => setNaming(null)}
          onSaved={(key) => {
            if (naming === 'new') keepLayout(object.key, list.viewKey, null);
            setNaming(null);
            onView(key);
          }}
        />
      ) : null}
    </div>
  );
}
