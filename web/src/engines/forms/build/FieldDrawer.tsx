// One field: its type, name, rules and settings. A change is shown as a plan before it is made.
import { Alert, App, Button, Checkbox, Drawer, Input } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Plan } from '@/api/admin-types';
import { isProblem, wordsOf } from '@/api/problems';
import { planField, planFieldChange, useDesign } from '@/api/queries/objects';
import type { Field, Obj } from '@/api/types';
import { isKey } from '@/fields/keys';
import type { Group } from '@/fields/kind';
import { kindOf, kinds } from '@/fields/registry';
import { labelOf } from '@/i18n/label';
import { Labelled } from '@/ui/Labelled';
import { useNarrow } from '@/ui/useNarrow';
import { DefaultSetting, defaultIsGood } from './DefaultSetting';
import { changesOf, putLabel, wireField } from './fieldBody';
import { PlanDialog } from './PlanDialog';

const groups: Group[] = ['basic', 'more', 'links', 'people', 'computed'];
const uniqueTypes = new Set([
  'text',
  'number',
  'money',
  'phone',
  'email',
  'url',
  'id_number',
  'date',
  'datetime',
]);
export function FieldDrawer({
  object,
  objects,
  field,
  onClose,
}: {
  object: Obj;
  objects: Obj[];
  /** Absent for a new field. */
  field?: Field;
  onClose: () => void;
}) {
  const { t, i18n } = useTranslation();
  const narrow = useNarrow();
  const { message } = App.useApp();
  const design = useDesign();
  const [draft, setDraft] = useState<Partial<Field>>(field ?? {});
  const [problems, setProblems] = useState<string[]>([]);
  const [plan, setPlan] = useState<Plan | null>(null);
  const [busy, setBusy] = useState(false);
  const type = draft.type;
  const kind = type ? kindOf({ type }) : null;
  const change = (part: Partial<Field>) => setDraft((before) => ({ ...before, ...part }));
  const body = field ? changesOf(field, draft) : wireField(draft);
  const nothing = field !== undefined && Object.keys(body).length === 0;

  async function preview() {
    setBusy(true);
    setProblems([]);
    try {
      const made = field
        ? await planFieldChange(object.key, field.key, body)
        : await planField(object.key, body);
      const harmless = made.changes.every((c) => c.kind === 'safe') && !made.problems?.length;
      if (harmless) await apply();
      else setPlan(made);
    } catch (error) {
      refuse(error);
    } finally {
      setBusy(false);
    }
  }

  async function apply() {
    setBusy(true);
    try {
      if (field) await design.changeField.mutateAsync({ object: object.key, field: field.key, body });
      else await design.makeField.mutateAsync({ object: object.key, body });
      message.success(t('design.saved'));
      onClose();
    } catch (error) {
      setPlan(null);
      refuse(error);
    } finally {
      setBusy(false);
    }
  }

  function refuse(error: unknown) {
    setProblems(
      isProblem(error) && error.problems.length ? error.problems.map((p) => p.message) : [wordsOf(error)],
    );
  }

  const label = labelOf(draft.label, i18n.language, '');
  const keyOk = !draft.key || isKey(draft.key);

  return (
    <Drawer
      open
      size={narrow ? '100%' : 520}
      title={field ? t('design.editField', { name: label || field.key }) : t('design.newField')}
      onClose={onClose}
      footer={
        type ? (
          <div className="drawer-foot">
            <Button
              type="primary"
              loading={busy}
              disabled={!label.trim() || !keyOk || nothing || !defaultIsGood(draft)}
              onClick={() => void preview()}
            >
              {t('common.save')}
            </Button>
            <Button onClick={onClose}>{t('common.cancel')}</Button>
          </div>
        ) : null
      }
    >
      {problems.length > 0 ? (
        <Alert
          type="error"
          showIcon
          className="form-alert"
          title={problems.map((p) => <div key={p}>{p}</div>)}
        />
      ) : null}
      {!type || !kind ? (
        groups.map((group) => (
          <section key={group} className="palette-types">
            <h2>{t(`typeGroups.${group}`)}</h2>
            <div>
              {kinds
                .filter((k) => k.group === group)
                .map((k) => (
                  <button
                    key={k.key}
                    type="button"
                    className="type-button"
                    onClick={() => change({ type: k.key })}
                  >
                    <span className="head-sign">{k.sign}</span> {t(`types.${k.key}`)}
                  </button>
                ))}
            </div>
          </section>
        ))
      ) : (
        <>
          <p className="muted">
            <span className="head-sign">{kind.sign}</span> {t(`types.${type}`)}
            {field ? null : (
              <button
                type="button"
                className="link-button type-again"
                onClick={() => setDraft({ label: draft.label })}
              >
                {t('design.otherType')}
              </button>
            )}
          </p>
          <Labelled label={t('design.fieldName')} required htmlFor="field-label">
            <Input
              id="field-label"
              autoFocus
              value={label}
              onChange={(e) => change({ label: putLabel(draft.label, i18n.language, e.target.value) })}
            />
          </Labelled>
          <Labelled
            label={t('common.key')}
            htmlFor="field-key"
            hint={field ? t('design.keyFixed') : t('design.keyHint')}
          >
            <Input
              id="field-key"
              className="mono"
              value={draft.key ?? ''}
              disabled={Boolean(field)}
              status={keyOk ? undefined : 'error'}
              placeholder={t('design.keyAuto')}
              onChange={(e) => change({ key: e.target.value || undefined })}
            />
          </Labelled>
          <Labelled label={t('design.help')} htmlFor="field-help">
            <Input
              id="field-help"
              value={labelOf(draft.help, i18n.language, '')}
              onChange={(e) => change({ help: putLabel(draft.help, i18n.language, e.target.value) })}
            />
          </Labelled>
          {kind.Input ? (
            <p className="check-line">
              <Checkbox
                checked={draft.required === true}
                onChange={(e) => change({ required: e.target.checked || undefined })}
              >
                {t('design.required')}
              </Checkbox>
              {uniqueTypes.has(type) ? (
                <Checkbox
                  checked={draft.unique === true}
                  onChange={(e) => change({ unique: e.target.checked || undefined })}
                >
                  {t('design.unique')}
                </Checkbox>
              ) : null}
            </p>
          ) : null}
          <kind.Settings field={draft} onChange={change} objects={objects} object={object} />
          <DefaultSetting field={draft} onChange={change} />
        </>
      )}
      <PlanDialog
        plan={plan}
        busy={busy}
        danger={plan?.changes.some((c) => c.kind === 'lossy')}
        title={t('design.planTitle')}
        onRun={() => void apply()}
        onClose={() => setPlan(null)}
      />
    </Drawer>
  );
}
