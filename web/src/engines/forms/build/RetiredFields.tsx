// The fields that were retired: their data is kept, and each can be brought back.
import { UndoOutlined } from '@ant-design/icons';
import { App, Button, Table, Tooltip } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Plan } from '@/api/admin-types';
import { wordsOf } from '@/api/problems';
import { planField, useDesign } from '@/api/queries/objects';
import type { Field, Obj } from '@/api/types';
import { kindOf } from '@/fields/registry';
import { useSay } from '@/i18n/label';
import { wireField } from './fieldBody';
import { PlanDialog } from './PlanDialog';

export function RetiredFields({ object }: { object: Obj }) {
  const { t } = useTranslation();
  const say = useSay();
  const { message } = App.useApp();
  const design = useDesign();
  const [asked, setAsked] = useState<{ field: Field; plan: Plan } | null>(null);
  const [busy, setBusy] = useState<string | null>(null);
  const retired = object.fields.filter((f) => f.state === 'retired');
  const standing = new Map(object.fields.filter((f) => f.state !== 'retired').map((f) => [f.key, f]));
  if (retired.length === 0) return null;

  /** The same key and type bring a field back with its data; a plan that asks nothing is carried out at once. */
  async function bringBack(field: Field, agreed: boolean) {
    setBusy(field.key);
    try {
      const body = wireField(field);
      if (!agreed) {
        const plan = await planField(object.key, body);
        if (plan.problems?.length || plan.changes.some((c) => c.kind !== 'safe')) {
          setAsked({ field, plan });
          return;
        }
      }
      await design.makeField.mutateAsync({ object: object.key, body });
      setAsked(null);
      message.success(t('design.broughtBack', { name: say(field) }));
    } catch (error) {
      message.error(wordsOf(error));
    } finally {
      setBusy(null);
    }
  }

  return (
    <>
      <div className="section-head">
        <h2>{t('design.retiredFields')}</h2>
        <span className="muted">{t('design.retiredFieldsHint')}</span>
      </div>
      <Table
        size="small"
        rowKey="key"
        dataSource={retired}
        pagination={false}
        scroll={{ x: 480 }}
        columns={[
          { title: t('design.fieldName'), render: (_, f) => say(f) },
          {
            title: t('common.key'),
            dataIndex: 'key',
            render: (key) => <span className="mono muted">{key}</span>,
          },
          {
            title: t('design.type'),
            render: (_, f) => (
              <span>
                <span className="head-sign">{kindOf(f).sign}</span> {t(`types.${f.type}`)}
              </span>
            ),
          },
          {
            title: t('common.actions'),
            width: 110,
            fixed: 'right',
            render: (_, f) => {
              const other = standing.get(f.key);
              return (
                <Tooltip title={other ? t('design.keyTaken', { name: say(other) }) : undefined}>
                  <Button
                    size="small"
                    icon={<UndoOutlined />}
                    disabled={Boolean(other)}
                    loading={busy === f.key}
                    aria-label={t('design.bringBackField', { name: say(f) })}
                    onClick={() => void bringBack(f, false)}
                  >
                    {t('design.bringBack')}
                  </Button>
                </Tooltip>
              );
            },
          },
        ]}
      />
      <PlanDialog
        plan={asked?.plan ?? null}
        busy={busy !== null}
        title={asked ? t('design.bringBackField', { name: say(asked.field) }) : ''}
        onRun={() => asked && void bringBack(asked.field, true)}
        onClose={() => setAsked(null)}
      />
    </>
  );
}
