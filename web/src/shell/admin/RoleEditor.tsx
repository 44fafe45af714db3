// What a role may do: objects by actions, which rows, which fields, and the rights of administration.
import { ArrowLeftOutlined } from '@ant-design/icons';
import { Alert, App, Button, Checkbox, Input, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Grant, Role } from '@/api/admin-types';
import { isProblem, wordsOf } from '@/api/problems';
import { useObjectMap } from '@/api/queries/objects';
import { useRoleActs } from '@/api/queries/people';
import type { Filter, Obj, Right } from '@/api/types';
import { newKeyFor } from '@/fields/keys';
import { labelOf, useSay } from '@/i18n/label';
import { FilterButton } from '@/records/filter/FilterButton';
import { Labelled } from '@/ui/Labelled';
import { PageHead } from '@/ui/PageHead';
import { FieldRights } from './FieldRights';

const actions = ['read', 'create', 'update', 'delete', 'export', 'import'] as const;
const scopes = ['own', 'reports', 'department', 'department_below', 'all', 'filter'] as const;
const rights: Right[] = ['design', 'people', 'roles', 'connections', 'operations'];

export const scopeOf = (grant: Grant): string =>
  typeof grant.rows === 'object' ? 'filter' : (grant.rows ?? 'own');

/** Ticking any action gives the right to read; taking away reading takes all. */
export function withAction(
  grant: Grant | undefined,
  action: (typeof actions)[number],
  on: boolean,
): Grant | null {
  if (action === 'read' && !on) return null;
  const next: Grant = { rows: 'own', ...grant, [action]: on };
  if (on) next.read = true;
  return next;
}

export function RoleEditor({
  role,
  taken,
  objects,
  onDone,
}: {
  role?: Role;
  taken: Role[];
  objects: Obj[];
  onDone: () => void;
}) {
  const { t, i18n } = useTranslation();
  const say = useSay();
  const { message } = App.useApp();
  const acts = useRoleActs();
  const catalog = useObjectMap();
  const [label, setLabel] = useState(labelOf(role?.label, i18n.language, ''));
  const [grants, setGrants] = useState<Record<string, Grant>>(role?.objects ?? {});
  const [held, setHeld] = useState<Right[]>(role?.rights ?? []);
  const [fields, setFields] = useState<Obj | null>(null);
  const [problems, setProblems] = useState<string[]>([]);

  function put(object: string, grant: Grant | null) {
    const { [object]: _old, ...others } = grants;
    setGrants(grant ? { ...others, [object]: grant } : others);
  }

  async function save() {
    setProblems([]);
    const name =
      role?.label && typeof role.label === 'object'
        ? { ...role.label, [i18n.language]: label.trim() }
        : label.trim();
    const body: Role = {
      key: role?.key ?? newKeyFor(label, taken, 'role'),
      label: name,
      objects: grants,
      rights: held,
    };
    try {
      if (role) await acts.change.mutateAsync(body);
      else await acts.make.mutateAsync(body);
      message.success(t('design.saved'));
      onDone();
    } catch (error) {
      setProblems(
        isProblem(error) && error.problems.length ? error.problems.map((p) => p.message) : [wordsOf(error)],
      );
    }
  }

  return (
    <div className="page">
      <PageHead
        title={
          <span className="related-name">
            <Button type="text" icon={<ArrowLeftOutlined />} aria-label={t('common.back')} onClick={onDone} />
            {role ? say(role) : t('roles.add')}
          </span>
        }
        actions={
          <Button
            type="primary"
            disabled={!label.trim()}
            loading={acts.make.isPending || acts.change.isPending}
            onClick={() => void save()}
          >
            {t('common.save')}
          </Button>
        }
      />
      {problems.length > 0 ? (
        <Alert
          type="error"
          showIcon
          className="form-alert"
          title={problems.map((p) => <div key={p}>{p}</div>)}
        />
      ) : null}
      <div className="panel">
        <Labelled label={t('roles.name')} required htmlFor="role-name">
          <Input
            id="role-name"
            value={label}
            onChange={(e) => setLabel(e.target.value)}
            style={{ maxWidth: 320 }}
          />
        </Labelled>
        <Labelled label={t('roles.rights')}>
          <Checkbox.Group
            value={held}
            onChange={(list) => setHeld(list as Right[])}
            options={rights.map((right) => ({ value: right, label: t(`roles.right_${right}`) }))}
          />
        </Labelled>
      </div>
      <h2>{t('roles.matrix')}</h2>
      <p className="muted">{t('roles.matrixHint')}</p>
      <div className="matrix">
        <table>
          <thead>
            <tr>
              <th>{t('roles.form')}</th>
              {actions.map((a) => (
                <th key={a}>{t(`roles.action_${a}`)}</th>
              ))}
              <th>{t('roles.rows')}</th>
              <th>{t('roles.fields')}</th>
            </tr>
          </thead>
          <tbody>
            {objects.map((object) => {
              const grant = grants[object.key];
              const limited = Object.keys(grant?.fields ?? {}).length;
              return (
                <tr key={object.key}>
                  <th scope="row">{say(object)}</th>
                  {actions.map((action) => (
                    <td key={action}>
                      <Checkbox
                        checked={grant?.[action] === true}
                        aria-label={`${say(object)} ${t(`roles.action_${action}`)}`}
                        onChange={(e) => put(object.key, withAction(grant, action, e.target.checked))}
                      />
                    </td>
                  ))}
                  <td>
                    {grant ? (
                      <span className="matrix-rows">
                        <Select
                          size="small"
                          value={scopeOf(grant)}
                          options={scopes.map((s) => ({ value: s, label: t(`roles.rows_${s}`) }))}
                          aria-label={`${say(object)} ${t('roles.rows')}`}
                          style={{ width: 140 }}
                          onChange={(s) =>
                            put(object.key, {
                              ...grant,
                              rows:
                                s === 'filter'
                                  ? { filter: { field: 'owner', op: 'eq', value: { me: true } } }
                                  : (s as Exclude<(typeof scopes)[number], 'filter'>),
                            })
                          }
                        />
                        {typeof grant.rows === 'object' ? (
                          <FilterButton
                            object={object}
                            catalog={catalog}
                            filter={grant.rows.filter}
                            onChange={(filter: Filter | null) =>
                              put(object.key, { ...grant, rows: filter ? { filter } : 'all' })
                            }
                          />
                        ) : null}
                      </span>
                    ) : null}
                  </td>
                  <td>
                    {grant ? (
                      <Button size="small" type="link" onClick={() => setFields(object)}>
                        {limited ? t('roles.fieldsLimited', { count: limited }) : t('roles.fieldsAll')}
                      </Button>
                    ) : null}
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
      {fields ? (
        <FieldRights
          object={fields}
          access={grants[fields.key]?.fields ?? {}}
          onClose={() => setFields(null)}
          onSave={(access) => {
            put(fields.key, {
              ...grants[fields.key],
              fields: Object.keys(access).length ? access : undefined,
            });
            setFields(null);
          }}
        />
      ) : null}
    </div>
  );
}
