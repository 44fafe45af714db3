// What else can be done with a list: bring a file in, take the list out.
import { DeleteOutlined, DownloadOutlined, MoreOutlined, UploadOutlined } from '@ant-design/icons';
import { App, Button, Dropdown } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { wordsOf } from '@/api/problems';
import { exportRecords } from '@/api/queries/records';
import type { Obj, Query } from '@/api/types';
import { useSay } from '@/i18n/label';
import { TrashDrawer } from '@/records/bulk/TrashDrawer';

export function ExportMenu({
  object,
  base,
  columns,
  onImport,
}: {
  object: Obj;
  base: Query;
  columns: string[];
  onImport: () => void;
}) {
  const { t } = useTranslation();
  const say = useSay();
  const { message } = App.useApp();
  const [trash, setTrash] = useState(false);
  const past = Boolean(base.as_of);

  async function take(format: 'xlsx' | 'csv') {
    message.loading({ key: 'export', content: t('table.exporting'), duration: 0 });
    try {
      await exportRecords(
        { object: object.key, filter: base.filter ?? null, sort: base.sort, fields: columns, format },
        `${say(object)}.${format}`,
      );
      message.success({ key: 'export', content: t('table.exported') });
    } catch (error) {
      message.error({ key: 'export', content: wordsOf(error) });
    }
  }

  return (
    <>
      <Dropdown
        trigger={['click']}
        placement="bottomRight"
        menu={{
          items: [
            {
              key: 'import',
              icon: <UploadOutlined />,
              label: t('imports.start'),
              disabled: past || object.can?.import === false,
            },
            {
              key: 'trash',
              icon: <DeleteOutlined />,
              label: t('trash.title'),
              disabled: object.can?.delete === false,
            },
            { type: 'divider' },
            ...(['xlsx', 'csv'] as const).map((format) => ({
              key: format,
              icon: <DownloadOutlined />,
              label: t(`table.export_${format}`),
              disabled: past || object.can?.export === false,
              // A file of the past the server does not make yet.
              title: past ? t('past.noExport') : undefined,
            })),
          ],
          onClick: (e) => {
            if (e.key === 'import') onImport();
            else if (e.key === 'trash') setTrash(true);
            else void take(e.key as 'xlsx' | 'csv');
          },
        }}
      >
        <Button type="text" icon={<MoreOutlined />} aria-label={t('common.more')} title={t('common.more')} />
      </Dropdown>
      {trash ? <TrashDrawer object={object} onClose={() => setTrash(false)} /> : null}
    </>
  );
}
