// The options of a choice: one by one, or many at once with one in each line.
import { DeleteOutlined, PlusOutlined, UnorderedListOutlined } from '@ant-design/icons';
import { Button, Input, Modal, Popover, Space } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Option } from '@/api/types';
import { labelOf } from '@/i18n/label';
import { tintOf, tints } from '@/ui/colors';
import { DragList } from '@/ui/DragList';
import { Labelled } from '@/ui/Labelled';
import { useNarrow } from '@/ui/useNarrow';
import type { SettingsProps } from '../kind';
import { linesToOptions, newOptionKey } from './options';

function ColorDot({ option, onPick }: { option: Option; onPick: (color: string) => void }) {
  const { t } = useTranslation();
  return (
    <Popover
      trigger="click"
      content={
        <div className="color-grid">
          {tints.map((tint) => (
            <button
              key={tint.key}
              type="button"
              className="color-dot"
              aria-label={t(`colors.${tint.key}`)}
              style={{ background: tint.solid }}
              onClick={() => onPick(tint.key)}
            />
          ))}
        </div>
      }
    >
      <button
        type="button"
        className="color-dot"
        aria-label={t('options.color')}
        style={{ background: tintOf(option.color, option.key).solid }}
      />
    </Popover>
  );
}

export function ChoiceSettings({ field, onChange }: SettingsProps) {
  const { t, i18n } = useTranslation();
  const narrow = useNarrow();
  const [many, setMany] = useState<string | null>(null);
  const options = field.options ?? [];
  const put = (next: Option[]) => onChange({ options: next });
  const change = (index: number, part: Partial<Option>) =>
    put(options.map((o, i) => (i === index ? { ...o, ...part } : o)));

  return (
    <Labelled
      label={t('options.title')}
      extra={
        <Button
          type="link"
          size="small"
          icon={<UnorderedListOutlined />}
          onClick={() =>
            setMany(
              options
                .filter((o) => !o.retired)
                .map((o) => labelOf(o.label, i18n.language, o.key))
                .join('\n'),
            )
          }
        >
          {t('options.many')}
        </Button>
      }
    >
      <DragList items={options} keyOf={(o) => o.key} onOrder={put}>
        {(option, index) => (
          <Space.Compact block className={option.retired ? 'retired' : undefined}>
            <span className="option-color">
              <ColorDot option={option} onPick={(color) => change(index, { color })} />
            </span>
            <Input
              value={labelOf(option.label, i18n.language, '')}
              placeholder={t('options.name')}
              aria-label={t('options.nameOf', { n: index + 1 })}
              onChange={(e) =>
                change(index, {
                  label:
                    option.label && typeof option.label === 'object'
                      ? { ...option.label, [i18n.language]: e.target.value }
                      : e.target.value,
                })
              }
            />
            {narrow ? null : (
              <Input
                className="mono option-key"
                value={option.key}
                readOnly
                aria-label={t('common.key')}
                tabIndex={-1}
              />
            )}
            <Button
              icon={<DeleteOutlined />}
              aria-label={option.retired ? t('options.bringBack') : t('common.remove')}
              title={option.retired ? t('options.bringBack') : t('common.remove')}
              onClick={() => change(index, { retired: option.retired ? undefined : true })}
            />
          </Space.Compact>
        )}
      </DragList>
      <Button
        size="small"
        icon={<PlusOutlined />}
        onClick={() =>
          put([
            ...options,
            {
              key: newOptionKey(options),
              label: t('options.numbered', { n: options.length + 1 }),
              color: tints[options.length % tints.length]?.key,
            },
          ])
        }
      >
        {t('options.add')}
      </Button>
      <Modal
        open={many !== null}
        title={t('options.many')}
        okText={t('common.ok')}
        cancelText={t('common.cancel')}
        onCancel={() => setMany(null)}
        onOk={() => {
          put(linesToOptions(many ?? '', options));
          setMany(null);
        }}
      >
        <p className="muted">{t('options.manyHint')}</p>
        <Input.TextArea
          rows={10}
          value={many ?? ''}
          aria-label={t('options.many')}
          onChange={(e) => setMany(e.target.value)}
        />
      </Modal>
    </Labelled>
  );
}
