// The menu of an app: groups of objects with coloured icons, and a box to find one.
import { CaretDownOutlined, CaretRightOutlined, SearchOutlined } from '@ant-design/icons';
import { Link } from '@tanstack/react-router';
import { Input } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { labelOf, useSay } from '@/i18n/label';
import { paths } from '@/paths';
import { Glyph } from '@/ui/Glyph';
import { type AppEntry, OWN, objectsOf } from './apps';

const ENOUGH_TO_SEARCH = 8;

export function useAppName() {
  const { t, i18n } = useTranslation();
  return (app: AppEntry) =>
    app.key === OWN && app.label === OWN ? t('shell.ownApp') : labelOf(app.label, i18n.language, app.key);
}

export function AppNav({ app, current }: { app: AppEntry; current: string }) {
  const { t, i18n } = useTranslation();
  const say = useSay();
  const appName = useAppName();
  const [search, setSearch] = useState('');
  const [closed, setClosed] = useState<Set<number>>(new Set());
  const wanted = search.trim().toLowerCase();

  return (
    <nav className="app-nav" aria-label={appName(app)}>
      <div className="app-nav-head">
        <Glyph name={appName(app)} seed={app.key} size={24} />
        <span className="ellipsis">{appName(app)}</span>
      </div>
      {objectsOf(app).length > ENOUGH_TO_SEARCH ? (
        <Input
          className="app-nav-search"
          size="small"
          allowClear
          prefix={<SearchOutlined />}
          placeholder={t('shell.findForm')}
          aria-label={t('shell.findForm')}
          value={search}
          onChange={(e) => setSearch(e.target.value)}
        />
      ) : null}
      {app.groups.map((group, index) => {
        const objects = group.objects.filter(
          (o) => say(o).toLowerCase().includes(wanted) || o.key.includes(wanted),
        );
        const shut = closed.has(index) && !wanted;
        if (objects.length === 0) return null;
        return (
          <div key={index} className="app-nav-group">
            {group.label ? (
              <button
                type="button"
                className="app-nav-group-name"
                aria-expanded={!shut}
                onClick={() =>
                  setClosed((before) => {
                    const next = new Set(before);
                    next.has(index) ? next.delete(index) : next.add(index);
                    return next;
                  })
                }
              >
                {shut ? <CaretRightOutlined /> : <CaretDownOutlined />} {labelOf(group.label, i18n.language)}
              </button>
            ) : null}
            {shut
              ? null
              : objects.map((o) => (
                  <Link
                    key={o.key}
                    to={paths.object(o.key)}
                    className={`app-nav-item${o.key === current ? ' here' : ''}`}
                    aria-current={o.key === current ? 'page' : undefined}
                  >
                    <Glyph name={say(o)} icon={o.icon} color={o.color ?? 'blue'} seed={o.key} size={20} />
                    <span className="ellipsis">{say(o)}</span>
                  </Link>
                ))}
          </div>
        );
      })}
    </nav>
  );
}
