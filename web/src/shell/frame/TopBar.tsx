// The bar on top: company, places, search, language and one's own menu.
import { GlobalOutlined, SearchOutlined } from '@ant-design/icons';
import { useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { Button, Dropdown } from 'antd';
import { useTranslation } from 'react-i18next';
import { signOut, useChangeMe } from '@/api/queries/session';
import type { Me } from '@/api/types';
import { Avatar } from '@/fields/shapes/RefShape';
import { type Lang, setLanguage } from '@/i18n';
import { paths } from '@/paths';
import { useNarrow } from '@/ui/useNarrow';

export const mayAdminister = (me: Me) => me.is_admin || me.rights.length > 0;

export function TopBar({ me, path, onSearch }: { me: Me; path: string; onSearch: () => void }) {
  const { t, i18n } = useTranslation();
  const narrow = useNarrow();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const change = useChangeMe();

  function speak(lang: Lang) {
    setLanguage(lang);
    change.mutate({ locale: lang });
  }

  async function leave() {
    await signOut().catch(() => undefined);
    queries.clear();
    await navigate({ to: '/sign-in', search: {} });
  }

  const places = [
    { to: paths.home(), label: t('shell.home'), here: path === '/' },
    { to: paths.apps(), label: t('shell.apps'), here: path.startsWith('/apps') || path.startsWith('/o/') },
  ];

  return (
    <header className="top-bar">
      <Link to="/" className="top-brand" aria-label={me.workspace.name}>
        <img src="/favicon.svg" alt="" width={26} height={26} />
        <span className="ellipsis">{me.workspace.name}</span>
      </Link>
      {narrow ? null : (
        <nav className="top-places" aria-label={t('shell.places')}>
          {places.map((p) => (
            <Link
              key={p.to}
              to={p.to}
              className={p.here ? 'here' : undefined}
              aria-current={p.here ? 'page' : undefined}
            >
              {p.label}
            </Link>
          ))}
        </nav>
      )}
      <span className="grow" />
      {narrow ? (
        <Button type="text" icon={<SearchOutlined />} aria-label={t('shell.search')} onClick={onSearch} />
      ) : (
        <button type="button" className="top-search" onClick={onSearch}>
          <SearchOutlined /> <span>{t('shell.search')}</span> <kbd>Ctrl K</kbd>
        </button>
      )}
      <Dropdown
        trigger={['click']}
        menu={{
          selectedKeys: [i18n.language],
          items: [
            { key: 'zh', label: '中文' },
            { key: 'en', label: 'English' },
          ],
          onClick: (e) => speak(e.key as Lang),
        }}
      >
        <Button type="text" icon={<GlobalOutlined />} aria-label={t('shell.language')} />
      </Dropdown>
      <Dropdown
        trigger={['click']}
        menu={{
          items: [
            { key: 'who', label: <span className="muted">{me.email}</span>, disabled: true },
            { key: 'settings', label: t('shell.settings') },
            ...(mayAdminister(me) ? [{ key: 'admin', label: t('shell.admin') }] : []),
            { type: 'divider' as const },
            { key: 'out', label: t('shell.signOut') },
          ],
          onClick: (e) => {
            if (e.key === 'settings') void navigate({ to: paths.settings() });
            if (e.key === 'admin') void navigate({ to: paths.admin() });
            if (e.key === 'out') void leave();
          },
        }}
      >
        <button type="button" className="top-me" aria-label={t('shell.account', { name: me.name })}>
          <Avatar name={me.name} seed={me.id} size={28} />
          {narrow ? null : <span className="ellipsis">{me.name}</span>}
        </button>
      </Dropdown>
    </header>
  );
}
