// An app without a chosen form opens its first; on a phone it shows them all.
import { Link, Navigate, useParams } from '@tanstack/react-router';
import { Spin } from 'antd';
import { useTranslation } from 'react-i18next';
import { labelOf, useSay } from '@/i18n/label';
import { paths } from '@/paths';
import { Glyph } from '@/ui/Glyph';
import { PageHead } from '@/ui/PageHead';
import { useNarrow } from '@/ui/useNarrow';
import { useAppName } from '../frame/AppNav';
import { objectsOf, useApps } from '../frame/apps';
import { LostPage } from '../frame/LostPage';

export function AppPage() {
  const { app: key } = useParams({ from: '/frame/apps/$app' });
  const { i18n } = useTranslation();
  const say = useSay();
  const appName = useAppName();
  const narrow = useNarrow();
  const { apps, ready } = useApps();
  const app = apps.find((a) => a.key === key);
  if (!ready) return <Spin className="page-wait" />;
  if (!app) return <LostPage />;
  const first = objectsOf(app)[0];
  if (!narrow && first) return <Navigate to={paths.object(first.key)} replace />;
  return (
    <div className="page">
      <PageHead title={appName(app)} />
      {app.groups.map((group, n) => (
        <section key={n}>
          {group.label ? <h2>{labelOf(group.label, i18n.language)}</h2> : null}
          <div className="tiles">
            {group.objects.map((o) => (
              <Link key={o.key} to={paths.object(o.key)} className="tile">
                <Glyph name={say(o)} icon={o.icon} color={o.color ?? 'blue'} seed={o.key} size={36} />
                <span>{say(o)}</span>
              </Link>
            ))}
          </div>
        </section>
      ))}
    </div>
  );
}
