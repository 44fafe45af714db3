// All apps, and the solutions that can be installed as apps.
import { Link } from '@tanstack/react-router';
import { Spin } from 'antd';
import { useTranslation } from 'react-i18next';
import { useMe } from '@/api/queries/session';
import { paths } from '@/paths';
import { EmptyState } from '@/ui/EmptyState';
import { Glyph } from '@/ui/Glyph';
import { PageHead } from '@/ui/PageHead';
import { useAppName } from '../frame/AppNav';
import { objectsOf, useApps } from '../frame/apps';
import { SolutionCards } from './SolutionCards';

export function AppsPage() {
  const { t } = useTranslation();
  const me = useMe();
  const { apps, ready } = useApps();
  const mayDesign = me.data?.rights.includes('design') || me.data?.is_admin;
  if (!ready) return <Spin className="page-wait" />;
  return (
    <div className="page">
      <PageHead title={t('shell.apps')} hint={t('home.appsHint')} />
      {apps.length > 0 ? (
        <AppTiles />
      ) : mayDesign ? null : (
        <EmptyState title={t('home.noApps')} hint={t('home.noAppsAsk')} />
      )}
      {mayDesign ? <SolutionCards /> : null}
    </div>
  );
}

export function AppTiles() {
  const { t } = useTranslation();
  const appName = useAppName();
  const { apps } = useApps();
  return (
    <div className="tiles">
      {apps.map((app) => (
        <Link key={app.key} to={paths.app(app.key)} className="tile tile-app">
          <Glyph name={appName(app)} seed={app.key} size={40} />
          <span>
            <b>{appName(app)}</b>
            <span className="muted">{t('home.forms', { count: objectsOf(app).length })}</span>
          </span>
        </Link>
      ))}
    </div>
  );
}
