// Somebody leaves or changes place: all their records go to another person.
import { App, Modal, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Person } from '@/api/admin-types';
import { wordsOf } from '@/api/problems';
import { useObjectMap } from '@/api/queries/objects';
import { usePeople, usePeopleActs } from '@/api/queries/people';
import { useSay } from '@/i18n/label';
import { Labelled } from '@/ui/Labelled';

export function HandOver({ person, onClose }: { person: Person; onClose: () => void }) {
  const { t } = useTranslation();
  const say = useSay();
  const { modal, message } = App.useApp();
  const people = usePeople();
  const objects = useObjectMap();
  const acts = usePeopleActs();
  const [to, setTo] = useState<string | null>(null);

  async function run() {
    if (!to) return;
    try {
      const { counts } = await acts.handOver.mutateAsync({ id: person.id, to });
      onClose();
      const lines = Object.entries(counts).filter(([, n]) => n > 0);
      modal.success({
        title: t('people.handedOver'),
        content: lines.length
          ? lines.map(([key, n]) => (
              <div key={key}>
                {say(objects.get(key)) || key}: {n}
              </div>
            ))
          : t('people.handedNothing'),
      });
    } catch (error) {
      message.error(wordsOf(error));
    }
  }

  return (
    <Modal
      open
      title={t('people.handOverTitle', { name: person.name })}
      okText={t('people.handOver')}
      cancelText={t('common.cancel')}
      okButtonProps={{ disabled: !to, loading: acts.handOver.isPending }}
      onOk={() => void run()}
      onCancel={onClose}
    >
      <p className="muted">{t('people.handOverText')}</p>
      <Labelled label={t('people.handOverTo')} required htmlFor="hand-over-to">
        <Select
          id="hand-over-to"
          className="full"
          value={to}
          options={(people.data ?? [])
            .filter((p) => p.id !== person.id && !p.disabled)
            .map((p) => ({ value: p.id, label: p.name }))}
          showSearch={{ optionFilterProp: 'label' }}
          aria-label={t('people.handOverTo')}
          onChange={setTo}
        />
      </Labelled>
    </Modal>
  );
}
