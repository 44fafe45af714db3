// Find anything: records of all objects, forms, and places, from the keyboard.
import { SearchOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Input, Modal, Spin } from 'antd';
import { type ReactNode, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useObjectMap } from '@/api/queries/objects';
import { searchAll } from '@/api/queries/records';
import type { Me } from '@/api/types';
import { useSay } from '@/i18n/label';
import { paths } from '@/paths';
import { Glyph } from '@/ui/Glyph';
import { useLater } from '@/ui/useLater';
import { mayAdminister } from './TopBar';

interface Found {
  key: string;
  group: string;
  name: string;
  icon?: ReactNode;
  to: string;
  search?: Record<string, string>;
}

export function Palette({ open, onClose, me }: { open: boolean; onClose: () => void; me: Me }) {
  const { t } = useTranslation();
  const say = useSay();
  const navigate = useNavigate();
  const objects = useObjectMap();
  const [text, setText] = useState('');
  const [at, setAt] = useState(0);
  const wanted = useLater(text.trim(), 180);
  const hits = useQuery({
    queryKey: ['search', wanted],
    queryFn: ({ signal }) => searchAll(wanted, signal),
    enabled: open && wanted.length > 0,
    placeholderData: (old) => (wanted ? old : undefined),
  });

  useEffect(() => {
    if (open) setText('');
  }, [open]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: other results begin at the first
  useEffect(() => setAt(0), [wanted, hits.data]);

  const plain = text.trim().toLowerCase();
  const forms: Found[] = [...objects.values()]
    .filter((o) => o.state !== 'retired' && o.can?.read !== false && !o.hidden)
    .filter((o) => !plain || say(o).toLowerCase().includes(plain) || o.key.includes(plain))
    .slice(0, 6)
    .map((o) => ({
      key: `form:${o.key}`,
      group: t('palette.forms'),
      name: say(o),
      icon: <Glyph name={say(o)} icon={o.icon} color={o.color ?? 'blue'} seed={o.key} />,
      to: paths.object(o.key),
    }));
  const places: Found[] = [
    { key: 'home', group: t('palette.places'), name: t('shell.home'), to: paths.home() },
    { key: 'apps', group: t('palette.places'), name: t('shell.apps'), to: paths.apps() },
    { key: 'import', group: t('palette.places'), name: t('imports.title'), to: paths.startImport() },
    { key: 'settings', group: t('palette.places'), name: t('shell.settings'), to: paths.settings() },
    ...(mayAdminister(me)
      ? [{ key: 'admin', group: t('palette.places'), name: t('shell.admin'), to: paths.admin() }]
      : []),
  ].filter((p) => !plain || p.name.toLowerCase().includes(plain));
  const records: Found[] = (wanted ? (hits.data?.results ?? []) : []).map((h) => {
    const object = objects.get(h.object);
    return {
      key: `record:${h.object}:${h.id}`,
      group: object ? say(object) : h.object,
      name: h.title || t('common.untitled'),
      icon: (
        <Glyph
          name={object ? say(object) : h.object}
          icon={object?.icon}
          color={object?.color ?? 'blue'}
          seed={h.object}
        />
      ),
      to: paths.object(h.object),
      search: { r: h.id },
    };
  });
  // Records of one object stand together, in the order of the first of each.
  const order = [...new Set(records.map((r) => r.group))];
  records.sort((a, b) => order.indexOf(a.group) - order.indexOf(b.group));
  const found = [...records, ...forms, ...places];

  function take(item: Found | undefined) {
    if (!item) return;
    onClose();
    void navigate({ to: item.to, search: (item.search ?? {}) as never });
  }

  function key(e: React.KeyboardEvent) {
    if (e.nativeEvent.isComposing) return;
    if (e.key === 'ArrowDown' || e.key === 'ArrowUp') {
      e.preventDefault();
      const step = e.key === 'ArrowDown' ? 1 : -1;
      setAt((n) => (found.length ? (n + step + found.length) % found.length : 0));
    } else if (e.key === 'Enter') take(found[at]);
  }

  return (
    <Modal
      open={open}
      onCancel={onClose}
      footer={null}
      closable={false}
      width={620}
      className="palette"
      style={{ top: 72 }}
      destroyOnHidden
      title={null}
      aria-label={t('shell.search')}
    >
      <Input
        size="large"
        variant="borderless"
        autoFocus
        prefix={<SearchOutlined />}
        suffix={hits.isFetching ? <Spin size="small" /> : null}
        placeholder={t('palette.hint')}
        aria-label={t('shell.search')}
        value={text}
        onChange={(e) => setText(e.target.value)}
        onKeyDown={key}
        role="combobox"
        aria-expanded
        aria-controls="palette-list"
        aria-activedescendant={found[at] ? `palette-${at}` : undefined}
      />
      <div className="palette-list" id="palette-list" role="listbox" aria-label={t('shell.search')}>
        {found.map((item, n) => (
          <div key={item.key}>
            {found[n - 1]?.group !== item.group ? <div className="palette-group">{item.group}</div> : null}
            <div
              id={`palette-${n}`}
              role="option"
              tabIndex={-1}
              aria-selected={n === at}
              className={`palette-item${n === at ? ' here' : ''}`}
              ref={(element) => {
                if (n === at) element?.scrollIntoView({ block: 'nearest' });
              }}
              onMouseMove={() => setAt(n)}
              onClick={() => take(item)}
              onKeyDown={key}
            >
              {item.icon}
              <span className="ellipsis">{item.name}</span>
            </div>
          </div>
        ))}
        {wanted && !hits.isFetching && found.length === 0 ? (
          <div className="palette-none muted">{t('palette.none', { text: wanted })}</div>
        ) : null}
      </div>
    </Modal>
  );
}
