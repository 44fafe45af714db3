// The page of one object, at its address.
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { Spin } from 'antd';
import { useCallback, useEffect } from 'react';
import { useObjectMap, useObjects } from '@/api/queries/objects';
import { useMe } from '@/api/queries/session';
import { ListPage } from '@/engines/forms/run/ListPage';
import type { ListSearch } from '@/engines/forms/run/listState';
import { LostPage } from '../frame/LostPage';
import { noteObject } from '../frame/recent';

export function ObjectPage() {
  const { object: key } = useParams({ from: '/frame/o/$object' });
  const search = useSearch({ from: '/frame/o/$object' });
  const navigate = useNavigate();
  const me = useMe();
  const objects = useObjects();
  const catalog = useObjectMap();
  const object = catalog.get(key);
  const known = Boolean(object);

  useEffect(() => {
    if (known) noteObject(key);
  }, [key, known]);

  const go = useCallback(
    (change: Partial<ListSearch>, replace = false) =>
      void navigate({
        to: '/o/$object',
        params: { object: key },
        search: (before: ListSearch) => ({ ...before, ...change }),
        replace,
      }),
    [navigate, key],
  );

  if (objects.isLoading || !me.data) return <Spin className="page-wait" />;
  if (!object) return <LostPage />;
  return (
    <ListPage
      key={key}
      object={object}
      catalog={catalog}
      me={me.data}
      search={search}
      go={go}
      onList={(o, filter) =>
        void navigate({ to: '/o/$object', params: { object: o }, search: { f: JSON.stringify(filter) } })
      }
      onImport={() => void navigate({ to: '/import', search: { object: key } })}
    />
  );
}
