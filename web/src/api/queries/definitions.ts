// Saved views, menus and solutions: definitions that are not objects.
import { queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { Definition, MenuBody, Solution, ViewBody } from '../admin-types';
import { call } from '../client';

export function viewsQuery(object: string) {
  return queryOptions({
    queryKey: ['definitions', 'view', object],
    queryFn: () =>
      call<{ definitions: Definition<ViewBody>[] }>('GET', '/definitions/view', { query: { object } }).then(
        (a) => a.definitions.filter((d) => d.body.object === object),
      ),
    staleTime: 60_000,
  });
}

export const useViews = (object: string) => useQuery(viewsQuery(object));

export function useMenus() {
  return useQuery({
    queryKey: ['definitions', 'menu'],
    queryFn: () =>
      call<{ definitions: Definition<MenuBody>[] }>('GET', '/definitions/menu').then((a) => a.definitions),
    staleTime: 5 * 60_000,
  });
}

export function useSaveView() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ key, body }: { key: string; body: ViewBody }) =>
      call<Definition<ViewBody>>('PUT', `/definitions/view/${key}`, { body }),
    onSuccess: (_, { body }) => queries.invalidateQueries({ queryKey: ['definitions', 'view', body.object] }),
  });
}

export function useDeleteView() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ key }: { key: string; object: string }) => call('DELETE', `/definitions/view/${key}`),
    onSuccess: (_, { object }) => queries.invalidateQueries({ queryKey: ['definitions', 'view', object] }),
  });
}

export function useSolutions(enabled = true) {
  return useQuery({
    queryKey: ['solutions'],
    queryFn: () => call<{ solutions: Solution[] }>('GET', '/solutions').then((a) => a.solutions),
    staleTime: 60_000,
    enabled,
  });
}

export function useInstall() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ key, sample }: { key: string; sample: boolean }) =>
      call('POST', `/solutions/${key}/install`, { body: { sample } }),
    onSuccess: () => queries.invalidateQueries(),
  });
}
