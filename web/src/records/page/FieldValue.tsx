// A field on a record's page: its name, its value, and the answer to "why is it so?".
import { QuestionCircleOutlined } from '@ant-design/icons';
import { Button, Popover } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Field, Obj, Rec } from '@/api/types';
import { kindOf } from '@/fields/registry';
import { useSay } from '@/i18n/label';
import { WhyPanel } from './WhyPanel';

export function FieldValue({
  object,
  record,
  field,
  onEdit,
}: {
  object: Obj;
  record: Rec;
  field: Field;
  onEdit?: () => void;
}) {
  const { t } = useTranslation();
  const say = useSay();
  const kind = kindOf(field);
  const value = record[field.key];
  const empty =
    value === null || value === undefined || value === '' || (Array.isArray(value) && value.length === 0);
  return (
    <div className={`field-value${kind.wide ? ' field-wide' : ''}`}>
      <div className="field-name">
        <span>{say(field)}</span>
        <Popover
          trigger="click"
          destroyOnHidden
          placement="bottomLeft"
          title={t('why.title', { field: say(field) })}
          content={<WhyPanel object={object} id={record.id} field={field.key} />}
        >
          <Button
            className="why-button"
            type="text"
            size="small"
            icon={<QuestionCircleOutlined />}
            aria-label={t('why.title', { field: say(field) })}
          />
        </Popover>
      </div>
      <div className="field-shown" role="group" onDoubleClick={onEdit}>
        {empty ? <span className="muted">–</span> : <kind.Cell field={field} value={value} roomy />}
      </div>
    </div>
  );
}
