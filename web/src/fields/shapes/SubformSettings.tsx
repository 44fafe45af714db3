// The columns of a subform: a short list of small fields.
import { DeleteOutlined, PlusOutlined } from '@ant-design/icons';
import { Button, Checkbox, Input, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Field } from '@/api/types';
import { labelOf } from '@/i18n/label';
import { DragList } from '@/ui/DragList';
import { Labelled } from '@/ui/Labelled';
import { newKeyFor } from '../keys';
import type { SettingsProps } from '../kind';
import { kindOf } from '../registry';

const inside = [
  'text',
  'long_text',
  'number',
  'money',
  'date',
  'datetime',
  'choice',
  'choices',
  'switch',
  'person',
  'link',
  'formula',
];

export function SubformSettings(props: SettingsProps) {
  const { field, onChange } = props;
  const { t, i18n } = useTranslation();
  const fields = (field.fields ?? []).filter((f) => !f.system);
  const put = (next: Field[]) => onChange({ fields: next });
  const change = (index: number, part: Partial<Field>) =>
    put(fields.map((f, i) => (i === index ? ({ ...f, ...part } as Field) : f)));

  return (
    <Labelled label={t('settings.columns')}>
      <DragList items={fields} keyOf={(f) => f.key} onOrder={put}>
        {(column, index) => {
          const Settings = kindOf(column).Settings;
          return (
            <div className="subform-column">
              <div className="subform-column-line">
                <Input
                  value={labelOf(column.label, i18n.language, '')}
                  placeholder={t('settings.columnName')}
                  aria-label={t('settings.columnName')}
                  onChange={(e) => change(index, { label: e.target.value })}
                />
                <Select
                  value={column.type}
                  options={inside.map((key) => ({ value: key, label: t(`types.${key}`) }))}
                  onChange={(type) =>
                    put(fields.map((f, i) => (i === index ? { key: f.key, label: f.label, type } : f)))
                  }
                  aria-label={t('design.type')}
                  style={{ width: 132 }}
                />
                <Checkbox
                  checked={column.required === true}
                  onChange={(e) => change(index, { required: e.target.checked || undefined })}
                >
                  {t('design.required')}
                </Checkbox>
                <Button
                  type="text"
                  icon={<DeleteOutlined />}
                  aria-label={t('common.remove')}
                  onClick={() => put(fields.filter((_, i) => i !== index))}
                />
              </div>
              {['choice', 'choices', 'link', 'formula'].includes(column.type) ? (
                <Settings
                  {...props}
                  object={column.type === 'formula' ? { key: '', fields } : props.object}
                  field={column}
                  onChange={(part) => change(index, part)}
                />
              ) : null}
            </div>
          );
        }}
      </DragList>
      <Button
        size="small"
        icon={<PlusOutlined />}
        onClick={() => put([...fields, { key: newKeyFor('', fields, 'column'), label: '', type: 'text' }])}
      >
        {t('settings.addColumn')}
      </Button>
    </Labelled>
  );
}
