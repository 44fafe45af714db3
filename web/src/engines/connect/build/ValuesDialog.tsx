// Translates what the file says into options: "成交" in the file is "赢单" here.
import { DeleteOutlined, PlusOutlined } from '@ant-design/icons';
import { Button, Input, Modal, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ImportColumn } from '@/api/admin-types';
import type { Field, Value } from '@/api/types';
import { useSay } from '@/i18n/label';

export function ValuesDialog({
  field,
  column,
  values,
  onSave,
  onClose,
}: {
  field: Field;
  column: ImportColumn | undefined;
  values: Record<string, Value>;
  onSave: (values: Record<string, Value>) => void;
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const say = useSay();
  const options = (field.options ?? []).filter((o) => !o.retired);
  const names = new Set(options.flatMap((o) => [o.key, say(o)]));
  const unknown = (column?.samples ?? []).map(String).filter((s) => !names.has(s) && !(s in values));
  const [lines, setLines] = useState<[string, string | null][]>([
    ...Object.entries(values).map(([from, to]): [string, string | null] => [
      from,
      to === null ? null : String(to),
    ]),
    ...[...new Set(unknown)].map((s): [string, string | null] => [s, null]),
  ]);
  const change = (n: number, line: [string, string | null]) =>
    setLines(lines.map((l, i) => (i === n ? line : l)));

  return (
    <Modal
      open
      title={t('imports.valuesTitle', { field: say(field) })}
      okText={t('common.ok')}
      cancelText={t('common.cancel')}
      onCancel={onClose}
      onOk={() => onSave(Object.fromEntries(lines.filter(([from, to]) => from.trim() && to !== null)))}
    >
      <p className="muted">{t('imports.valuesHint')}</p>
      {lines.map(([from, to], n) => (
        <div className="values-line" key={n}>
          <Input
            value={from}
            aria-label={t('imports.valueFrom')}
            placeholder={t('imports.valueFrom')}
            onChange={(e) => change(n, [e.target.value, to])}
          />
          <span>→</span>
          <Select
            value={to}
            allowClear
            options={options.map((o) => ({ value: o.key, label: say(o) }))}
            aria-label={t('imports.valueTo')}
            placeholder={t('imports.valueTo')}
            onChange={(v) => change(n, [from, v ?? null])}
          />
          <Button
            type="text"
            icon={<DeleteOutlined />}
            aria-label={t('common.remove')}
            onClick={() => setLines(lines.filter((_, i) => i !== n))}
          />
        </div>
      ))}
      <Button size="small" icon={<PlusOutlined />} onClick={() => setLines([...lines, ['', null]])}>
        {t('imports.addValue')}
      </Button>
    </Modal>
  );
}
