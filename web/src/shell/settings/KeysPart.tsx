// Keys with which programs speak to the server in one's name. A key is shown once.
import { PlusOutlined } from '@ant-design/icons';
import { App, Button, Input, Modal, Select, Table } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ApiKey } from '@/api/admin-types';
import { wordsOf } from '@/api/problems';
import { useApiKeys, useEndApiKey, useMakeApiKey } from '@/api/queries/session';
import { CopyLine } from '@/ui/CopyLine';
import { FailBox } from '@/ui/FailBox';
import { Labelled } from '@/ui/Labelled';
import { PageHead } from '@/ui/PageHead';
import { usePlace } from '@/ui/place';
import { dayjs, showMoment } from '@/ui/time';

const lives = [30, 90, 365];

export function KeysPart() {
  const { t } = useTranslation();
  const { timeZone } = usePlace();
  const { message, modal } = App.useApp();
  const keys = useApiKeys();
  const make = useMakeApiKey();
  const end = useEndApiKey();
  const [naming, setNaming] = useState(false);
  const [label, setLabel] = useState('');
  const [days, setDays] = useState(90);
  const [fresh, setFresh] = useState<string | null>(null);

  async function run() {
    try {
      const expires_at = dayjs.utc().add(days, 'day').format('YYYY-MM-DDTHH:mm:ss[Z]');
      const made = await make.mutateAsync({ label: label.trim(), expires_at });
      setNaming(false);
      setLabel('');
      setFresh(made.token ?? null);
    } catch (error) {
      message.error(wordsOf(error));
    }
  }

  function askEnd(key: ApiKey) {
    modal.confirm({
      title: t('keys.endTitle', { name: key.label ?? key.name }),
      content: t('keys.endText'),
      okText: t('keys.end'),
      cancelText: t('common.cancel'),
      okButtonProps: { danger: true },
      onOk: () => end.mutateAsync(key.id).catch((error) => message.error(wordsOf(error))),
    });
  }

  return (
    <>
      <PageHead
        title={t('settingsPage.keys')}
        hint={t('keys.hint')}
        actions={
          <Button type="primary" icon={<PlusOutlined />} onClick={() => setNaming(true)}>
            {t('keys.add')}
          </Button>
        }
      />
      {keys.error ? <FailBox text={wordsOf(keys.error)} onRetry={() => keys.refetch()} /> : null}
      <Table<ApiKey>
        size="middle"
        rowKey="id"
        loading={keys.isLoading}
        dataSource={keys.data ?? []}
        pagination={false}
        scroll={{ x: 560 }}
        locale={{ emptyText: t('keys.none') }}
        columns={[
          { title: t('common.label'), render: (_, k) => k.label ?? k.name },
          { title: t('system.created_at'), render: (_, k) => showMoment(k.created_at, timeZone) },
          {
            title: t('keys.expires'),
            render: (_, k) => showMoment(k.expires_at, timeZone) || t('common.never'),
          },
          {
            title: t('keys.lastUsed'),
            render: (_, k) => showMoment(k.last_used_at, timeZone) || t('common.never'),
          },
          {
            title: t('common.actions'),
            fixed: 'right',
            width: 100,
            render: (_, k) => (
              <Button size="small" danger onClick={() => askEnd(k)}>
                {t('keys.end')}
              </Button>
            ),
          },
        ]}
      />
      <Modal
        open={naming}
        title={t('keys.add')}
        okText={t('keys.make')}
        cancelText={t('common.cancel')}
        okButtonProps={{ disabled: !label.trim(), loading: make.isPending }}
        onOk={() => void run()}
        onCancel={() => setNaming(false)}
      >
        <Labelled label={t('keys.name')} required htmlFor="key-name" hint={t('keys.nameHint')}>
          <Input id="key-name" autoFocus value={label} onChange={(e) => setLabel(e.target.value)} />
        </Labelled>
        <Labelled label={t('keys.lives')} htmlFor="key-lives">
          <Select
            id="key-lives"
            className="full"
            value={days}
            options={lives.map((d) => ({ value: d, label: t('keys.days', { count: d }) }))}
            aria-label={t('keys.lives')}
            onChange={setDays}
          />
        </Labelled>
      </Modal>
      <Modal open={fresh !== null} title={t('keys.freshTitle')} footer={null} onCancel={() => setFresh(null)}>
        <p>{t('keys.freshText')}</p>
        {fresh ? <CopyLine text={fresh} label={t('keys.freshTitle')} /> : null}
      </Modal>
    </>
  );
}
