// One person: name, e-mail, place in the company, roles.
import { Alert, Button, Checkbox, Drawer, Input, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Person } from '@/api/admin-types';
import { byField, isProblem, wordsOf } from '@/api/problems';
import { type PersonBody, useDepartments, usePeople, usePeopleActs, useRoles } from '@/api/queries/people';
import { useSay } from '@/i18n/label';
import { Labelled } from '@/ui/Labelled';
import { useNarrow } from '@/ui/useNarrow';

export function PersonDrawer({
  person,
  onClose,
  onMade,
}: {
  person?: Person;
  onClose: () => void;
  onMade: (person: Person, invite: boolean) => void;
}) {
  const { t } = useTranslation();
  const say = useSay();
  const narrow = useNarrow();
  const people = usePeople();
  const departments = useDepartments();
  const roles = useRoles();
  const acts = usePeopleActs();
  const roleKeys = (person?.roles ?? []).map((r) => {
    const id = typeof r === 'string' ? r : r.id;
    return roles.data?.find((x) => x.id === id || x.key === id)?.key ?? id;
  });
  const [body, setBody] = useState<PersonBody>({
    name: person?.name ?? '',
    email: person?.email ?? '',
    department: person?.department?.id ?? null,
    manager: person?.manager?.id ?? null,
    roles: roleKeys,
  });
  const [invite, setInvite] = useState(!person);
  const [problems, setProblems] = useState<Record<string, string[]>>({});
  const [rest, setRest] = useState<string[]>([]);
  const busy = acts.make.isPending || acts.change.isPending;
  const change = (part: Partial<PersonBody>) => setBody({ ...body, ...part });

  async function save() {
    setProblems({});
    setRest([]);
    try {
      const saved = person
        ? await acts.change.mutateAsync({ id: person.id, body })
        : await acts.make.mutateAsync(body);
      onMade(saved ?? ({ ...person, ...body, id: person?.id ?? '' } as Person), invite && !person);
    } catch (error) {
      if (!isProblem(error) || error.problems.length === 0) {
        setRest([wordsOf(error)]);
        return;
      }
      const sorted = byField(error.problems, (k) => k in body);
      setProblems(
        Object.fromEntries(Object.entries(sorted.fields).map(([k, p]) => [k, p.map((x) => x.message)])),
      );
      setRest(sorted.rest.map((p) => p.message));
    }
  }

  return (
    <Drawer
      open
      size={narrow ? '100%' : 440}
      title={person ? person.name : t('people.add')}
      onClose={onClose}
      footer={
        <div className="drawer-foot">
          <Button
            type="primary"
            loading={busy}
            disabled={!body.name.trim() || !body.email.trim()}
            onClick={() => void save()}
          >
            {t('common.save')}
          </Button>
          <Button onClick={onClose}>{t('common.cancel')}</Button>
        </div>
      }
    >
      {rest.length > 0 ? (
        <Alert type="error" showIcon className="form-alert" title={rest.map((p) => <div key={p}>{p}</div>)} />
      ) : null}
      <Labelled label={t('people.name')} required htmlFor="person-name" problems={problems.name}>
        <Input
          id="person-name"
          autoFocus
          value={body.name}
          onChange={(e) => change({ name: e.target.value })}
        />
      </Labelled>
      <Labelled label={t('entry.email')} required htmlFor="person-email" problems={problems.email}>
        <Input
          id="person-email"
          type="email"
          value={body.email}
          onChange={(e) => change({ email: e.target.value })}
        />
      </Labelled>
      <Labelled label={t('system.department')} htmlFor="person-department" problems={problems.department}>
        <Select
          id="person-department"
          className="full"
          allowClear
          value={body.department ?? null}
          options={(departments.data ?? []).map((d) => ({ value: d.id, label: d.name }))}
          showSearch={{ optionFilterProp: 'label' }}
          aria-label={t('system.department')}
          onChange={(department) => change({ department: department ?? null })}
        />
      </Labelled>
      <Labelled label={t('people.manager')} htmlFor="person-manager" problems={problems.manager}>
        <Select
          id="person-manager"
          className="full"
          allowClear
          value={body.manager ?? null}
          options={(people.data ?? [])
            .filter((p) => p.id !== person?.id)
            .map((p) => ({ value: p.id, label: p.name }))}
          showSearch={{ optionFilterProp: 'label' }}
          aria-label={t('people.manager')}
          onChange={(manager) => change({ manager: manager ?? null })}
        />
      </Labelled>
      <Labelled
        label={t('admin.roles')}
        htmlFor="person-roles"
        problems={problems.roles}
        hint={t('people.rolesHint')}
      >
        <Select
          id="person-roles"
          className="full"
          mode="multiple"
          value={body.roles}
          options={(roles.data ?? []).map((r) => ({ value: r.key, label: say(r) }))}
          showSearch={{ optionFilterProp: 'label' }}
          aria-label={t('admin.roles')}
          onChange={(list) => change({ roles: list })}
        />
      </Labelled>
      {person ? null : (
        <Checkbox checked={invite} onChange={(e) => setInvite(e.target.checked)}>
          {t('people.inviteAfter')}
        </Checkbox>
      )}
    </Drawer>
  );
}
