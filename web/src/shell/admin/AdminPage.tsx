// Administration: the parts a person may see, side by side.
import {
  ApartmentOutlined,
  AppstoreOutlined,
  DashboardOutlined,
  FormOutlined,
  SafetyOutlined,
  TeamOutlined,
} from '@ant-design/icons';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { Spin } from 'antd';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useObjects } from '@/api/queries/objects';
import { useMe } from '@/api/queries/session';
import type { Me, Right } from '@/api/types';
import { ObjectEditor } from '@/engines/forms/build/ObjectEditor';
import { ObjectsPage } from '@/engines/forms/build/ObjectsPage';
import { paths } from '@/paths';
import { EmptyState } from '@/ui/EmptyState';
import { PageHead } from '@/ui/PageHead';
import { LostPage } from '../frame/LostPage';
import { SolutionCards } from '../home/SolutionCards';
import './admin.css';
import { DepartmentsPage } from './DepartmentsPage';
import { OperationsPage } from './OperationsPage';
import { PeoplePage } from './PeoplePage';
import { RolesPage } from './RolesPage';

const parts: { key: string; icon: ReactNode; right: Right }[] = [
  { key: 'objects', icon: <FormOutlined />, right: 'design' },
  { key: 'people', icon: <TeamOutlined />, right: 'people' },
  { key: 'departments', icon: <ApartmentOutlined />, right: 'people' },
  { key: 'roles', icon: <SafetyOutlined />, right: 'roles' },
  { key: 'solutions', icon: <AppstoreOutlined />, right: 'design' },
  { key: 'operations', icon: <DashboardOutlined />, right: 'operations' },
];

const may = (me: Me, right: Right) => me.is_admin || me.rights.includes(right);

function Around({ part, me, children }: { part: string; me: Me; children: ReactNode }) {
  const { t } = useTranslation();
  return (
    <div className="side-page">
      <nav className="side-nav" aria-label={t('shell.admin')}>
        {parts
          .filter((p) => may(me, p.right))
          .map((p) => (
            <Link
              key={p.key}
              to={paths.admin(p.key)}
              className={p.key === part ? 'here' : undefined}
              aria-current={p.key === part ? 'page' : undefined}
            >
              {p.icon} {t(`admin.${p.key}`)}
            </Link>
          ))}
      </nav>
      <div className="side-body">{children}</div>
    </div>
  );
}

export function AdminPage() {
  const { part } = useParams({ from: '/frame/admin/$part' });
  const search = useSearch({ strict: false }) as { new?: string };
  const { t } = useTranslation();
  const me = useMe();
  const navigate = useNavigate();
  const objects = useObjects();
  const [creating, setCreating] = useState(search.new === 'yes');
  const known = parts.find((p) => p.key === part);
  if (!me.data || !objects.data) return <Spin className="page-wait" />;
  if (!known) return <LostPage />;
  if (!may(me.data, known.right)) {
    return (
      <Around part={part} me={me.data}>
        <EmptyState title={t('admin.noRight')} hint={t('home.noAppsAsk')} />
      </Around>
    );
  }
  return (
    <Around part={part} me={me.data}>
      {part === 'objects' ? (
        <ObjectsPage
          objects={objects.data}
          creating={creating}
          onCreating={setCreating}
          onOpen={(key) => void navigate({ to: paths.adminObject(key) })}
          onImport={() => void navigate({ to: paths.startImport() })}
        />
      ) : null}
      {part === 'people' ? <PeoplePage me={me.data} /> : null}
      {part === 'departments' ? <DepartmentsPage /> : null}
      {part === 'roles' ? <RolesPage objects={objects.data} /> : null}
      {part === 'solutions' ? (
        <div className="page">
          <PageHead title={t('admin.solutions')} hint={t('admin.solutionsHint')} />
          <SolutionCards />
        </div>
      ) : null}
      {part === 'operations' ? <OperationsPage /> : null}
    </Around>
  );
}

export function AdminObjectPage() {
  const { object: key } = useParams({ from: '/frame/admin/objects/$object' });
  const me = useMe();
  const navigate = useNavigate();
  const objects = useObjects();
  if (!me.data || !objects.data) return <Spin className="page-wait" />;
  const object = objects.data.find((o) => o.key === key);
  if (!object || !may(me.data, 'design')) return <LostPage />;
  return (
    <Around part="objects" me={me.data}>
      <ObjectEditor
        object={object}
        objects={objects.data}
        onGone={() => void navigate({ to: paths.admin('objects') })}
        onOpen={() => void navigate({ to: paths.object(key) })}
      />
    </Around>
  );
}
