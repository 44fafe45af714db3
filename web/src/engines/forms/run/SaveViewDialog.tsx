// Names a view and says who sees it.
import { App, Input, Modal, Radio } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Definition, ViewBody } from '@/api/admin-types';
import { wordsOf } from '@/api/problems';
import { useSaveView } from '@/api/queries/definitions';
import { useObjectMap } from '@/api/queries/objects';
import type { Me, Obj } from '@/api/types';
import { newKeyFor } from '@/fields/keys';
import { labelOf } from '@/i18n/label';
import { allOf } from '@/records/filter/model';
import { Labelled } from '@/ui/Labelled';
import { ALL, bodyOf, MINE, presetFilter, withoutGone } from './listState';
import type { List } from './useList';

export function SaveViewDialog({
  object,
  list,
  me,
  rename,
  onClose,
  onSaved,
}: {
  object: Obj;
  list: List;
  me: Me;
  rename?: Definition<ViewBody>;
  onClose: () => void;
  onSaved: (key: string) => void;
}) {
  const { t, i18n } = useTranslation();
  const { message } = App.useApp();
  const save = useSaveView();
  const catalog = useObjectMap();
  const [name, setName] = useState(rename ? labelOf(rename.body.label, i18n.language, rename.key) : '');
  const [shared, setShared] = useState(rename?.body.shared ?? false);
  const [problem, setProblem] = useState<string[]>([]);
  const mayShare = me.rights.includes('design');

  function run() {
    const label = name.trim();
    if (!label) {
      setProblem([t('views.nameNeeded')]);
      return;
    }
    const taken = [...list.views, { key: ALL }, { key: MINE }];
    // Keys are shared by all objects and people, so a view's key carries a part nobody else makes.
    const key = rename?.key ?? newKeyFor(`${object.key}_${Date.now().toString(36)}`, taken, 'view');
    const state = rename
      ? list.state
      : { ...list.state, filter: allOf(presetFilter(list.viewKey), list.state.filter) };
    const body = rename ? { ...rename.body, label, shared } : bodyOf(object, state, label, shared);
    save.mutate(
      { key, body: withoutGone(body, object, catalog) },
      {
        onSuccess: () => {
          message.success(t('views.saved'));
          onSaved(key);
        },
        onError: (error) => setProblem([wordsOf(error)]),
      },
    );
  }

  return (
    <Modal
      open
      title={rename ? t('views.rename') : t('views.saveAs')}
      okText={t('common.save')}
      cancelText={t('common.cancel')}
      okButtonProps={{ loading: save.isPending }}
      onOk={run}
      onCancel={onClose}
    >
      <Labelled label={t('views.name')} required htmlFor="view-name" problems={problem}>
        <Input
          id="view-name"
          autoFocus
          value={name}
          onChange={(e) => setName(e.target.value)}
          onPressEnter={run}
          maxLength={60}
        />
      </Labelled>
      <Radio.Group
        value={shared}
        onChange={(e) => setShared(e.target.value)}
        options={[
          { value: false, label: t('views.personal') },
          { value: true, label: t('views.shared'), disabled: !mayShare },
        ]}
      />
    </Modal>
  );
}
