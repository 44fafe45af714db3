// How high the rows stand.
import { ColumnHeightOutlined } from '@ant-design/icons';
import { Button, Dropdown } from 'antd';
import { useTranslation } from 'react-i18next';
import type { RowHeight } from '../table/layout';

export function HeightButton({
  value,
  onChange,
}: {
  value: RowHeight;
  onChange: (height: RowHeight) => void;
}) {
  const { t } = useTranslation();
  return (
    <Dropdown
      trigger={['click']}
      menu={{
        selectedKeys: [value],
        items: (['compact', 'medium', 'tall'] as const).map((key) => ({ key, label: t(`heights.${key}`) })),
        onClick: (e) => onChange(e.key as RowHeight),
      }}
    >
      <Button
        type="text"
        icon={<ColumnHeightOutlined />}
        aria-label={t('table.rowHeight')}
        title={t('table.rowHeight')}
      />
    </Dropdown>
  );
}
