// What stands around every page once signed in: the bar on top, the menu of the app, live updates.
import { useQueryClient } from '@tanstack/react-query';
import { Outlet, useNavigate, useRouterState } from '@tanstack/react-router';
import { Spin } from 'antd';
import { lazy, Suspense, useEffect, useState } from 'react';
import { listen } from '@/api/live';
import { useMe } from '@/api/queries/session';
import { OpenRecordProvider } from '@/fields/openRecord';
import { hasChosenLanguage, setLanguage } from '@/i18n';
import { paths } from '@/paths';
import { useNarrow } from '@/ui/useNarrow';
import { AppNav } from './AppNav';
import { appOfObject, useApps } from './apps';
import { BottomNav } from './BottomNav';
import { TopBar } from './TopBar';

const Palette = lazy(() => import('./Palette').then((m) => ({ default: m.Palette })));

export function Frame() {
  const me = useMe();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const narrow = useNarrow();
  const { apps } = useApps();
  const path = useRouterState({ select: (s) => s.location.pathname });
  const [searching, setSearching] = useState(false);
  const signedIn = Boolean(me.data);

  useEffect(() => (signedIn ? listen(queries) : undefined), [signedIn, queries]);

  const said = me.data?.locale;
  useEffect(() => {
    if (said && !hasChosenLanguage()) setLanguage(said);
  }, [said]);

  useEffect(() => {
    const key = (e: KeyboardEvent) => {
      if ((e.ctrlKey || e.metaKey) && e.key.toLowerCase() === 'k') {
        e.preventDefault();
        setSearching(true);
      }
    };
    window.addEventListener('keydown', key);
    return () => window.removeEventListener('keydown', key);
  }, []);

  if (!me.data) return <Spin className="page-wait" />;
  const [, first, second] = path.split('/');
  const app =
    first === 'o' && second
      ? appOfObject(apps, second)
      : first === 'apps'
        ? apps.find((a) => a.key === second)
        : undefined;

  return (
    <OpenRecordProvider
      value={(object, id) => void navigate({ to: paths.object(object), search: { r: id } as never })}
    >
      <div className="frame">
        <TopBar me={me.data} path={path} onSearch={() => setSearching(true)} />
        <div className="frame-middle">
          {app && !narrow ? <AppNav app={app} current={second ?? ''} /> : null}
          <main className="frame-page">
            <Outlet />
          </main>
        </div>
        {narrow ? <BottomNav path={path} /> : null}
        <Suspense>
          <Palette open={searching} onClose={() => setSearching(false)} me={me.data} />
        </Suspense>
      </div>
    </OpenRecordProvider>
  );
}
