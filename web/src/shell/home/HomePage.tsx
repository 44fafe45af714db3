// The first page after signing in: apps, what was used last, and how many records are one's own.
import { Link } from '@tanstack/react-router';
import { Skeleton } from 'antd';
import { useTranslation } from 'react-i18next';
import { useObjectMap } from '@/api/queries/objects';
import { useAggregate } from '@/api/queries/records';
import { useMe } from '@/api/queries/session';
import type { Obj } from '@/api/types';
import { useSay } from '@/i18n/label';
import { paths } from '@/paths';
import { formatDecimal } from '@/ui/decimal';
import { EmptyState } from '@/ui/EmptyState';
import { Glyph } from '@/ui/Glyph';
import { usePlace } from '@/ui/place';
import { wallClock } from '@/ui/time';
import { objectsOf, useApps } from '../frame/apps';
import { recentObjects } from '../frame/recent';
import { AppTiles } from './AppsPage';
import { SolutionCards } from './SolutionCards';

const COUNTED = 8;

export function HomePage() {
  const { t } = useTranslation();
  const me = useMe();
  const { timeZone } = usePlace();
  const { apps, ready } = useApps();
  const catalog = useObjectMap();
  const mayDesign = me.data?.rights.includes('design') || me.data?.is_admin;
  const all = apps.flatMap(objectsOf);
  const recent = recentObjects()
    .map((key) => catalog.get(key))
    .filter((o): o is Obj => Boolean(o));
  const counted = [...new Set([...recent, ...all])]
    .filter((o) => o.fields.some((f) => f.key === 'owner'))
    .slice(0, COUNTED);

  return (
    <div className="page home">
      <h1>{t(greetingAt(timeZone), { name: me.data?.name })}</h1>
      {!ready ? (
        <Skeleton active />
      ) : apps.length === 0 ? (
        mayDesign ? (
          <section className="panel">
            <EmptyState title={t('home.beginTitle')} hint={t('home.beginText')} />
            <SolutionCards />
          </section>
        ) : (
          <EmptyState title={t('home.noApps')} hint={t('home.noAppsAsk')} />
        )
      ) : (
        <>
          <section>
            <h2>{t('home.mine')}</h2>
            <div className="tiles">
              {counted.map((o) => (
                <MineCard key={o.key} object={o} />
              ))}
            </div>
          </section>
          <section>
            <h2>{t('shell.apps')}</h2>
            <AppTiles />
          </section>
          <section>
            <h2>{t('home.recent')}</h2>
            {recent.length > 0 ? (
              <Recent objects={recent} />
            ) : (
              <p className="muted">{t('home.recentNone')}</p>
            )}
          </section>
        </>
      )}
    </div>
  );
}

function greetingAt(timeZone: string): string {
  const hour = wallClock(new Date().toISOString(), timeZone).hour();
  if (hour < 5 || hour >= 18) return 'home.evening';
  return hour < 12 ? 'home.morning' : 'home.afternoon';
}

function MineCard({ object }: { object: Obj }) {
  const say = useSay();
  const { data, isLoading } = useAggregate(object.key, {
    filter: { field: 'owner', op: 'eq', value: { me: true } },
    measures: [{ fn: 'count' }],
  });
  return (
    <Link to={paths.object(object.key)} search={{ view: 'mine' } as never} className="tile tile-count">
      <span className="tile-number tab-num">{isLoading ? '…' : formatDecimal(data?.[0]?.count ?? 0)}</span>
      <span className="tile-head">
        <Glyph
          name={say(object)}
          icon={object.icon}
          color={object.color ?? 'blue'}
          seed={object.key}
          size={18}
        />
        {say(object)}
      </span>
    </Link>
  );
}

function Recent({ objects }: { objects: Obj[] }) {
  const say = useSay();
  return (
    <div className="recent">
      {objects.map((o) => (
        <Link key={o.key} to={paths.object(o.key)} className="recent-item">
          <Glyph name={say(o)} icon={o.icon} color={o.color ?? 'blue'} seed={o.key} />
          {say(o)}
        </Link>
      ))}
    </div>
  );
}
