// On a phone the places stand at the bottom, where the thumb is.
import { AppstoreOutlined, HomeOutlined, UserOutlined } from '@ant-design/icons';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { paths } from '@/paths';

export function BottomNav({ path }: { path: string }) {
  const { t } = useTranslation();
  const places = [
    { to: paths.home(), label: t('shell.home'), icon: <HomeOutlined />, here: path === '/' },
    {
      to: paths.apps(),
      label: t('shell.apps'),
      icon: <AppstoreOutlined />,
      here: path.startsWith('/apps') || path.startsWith('/o/'),
    },
    {
      to: paths.settings(),
      label: t('shell.me'),
      icon: <UserOutlined />,
      here: path.startsWith('/settings'),
    },
  ];
  return (
    <nav className="bottom-nav" aria-label={t('shell.places')}>
      {places.map((p) => (
        <Link
          key={p.to}
          to={p.to}
          className={p.here ? 'here' : undefined}
          aria-current={p.here ? 'page' : undefined}
        >
          {p.icon}
          <span>{p.label}</span>
        </Link>
      ))}
    </nav>
  );
}
