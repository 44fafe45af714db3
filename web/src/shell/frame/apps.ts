// Apps and their menus, from the menus that are defined and from the objects that no menu names.
import { useMemo } from 'react';
import type { Definition, MenuBody, MenuItem } from '@/api/admin-types';
import { useMenus, useSolutions } from '@/api/queries/definitions';
import { useObjects } from '@/api/queries/objects';
import type { Label, Obj } from '@/api/types';

export interface MenuGroup {
  label: Label | null;
  objects: Obj[];
}

export interface AppEntry {
  key: string;
  label: Label;
  groups: MenuGroup[];
}

export const OWN = 'local';
const SYSTEM = 'system';

export function appsOf(
  objects: Obj[],
  menus: Definition<MenuBody>[],
  labels: Map<string, Label>,
): AppEntry[] {
  const readable = objects.filter((o) => o.state !== 'retired' && o.can?.read !== false);
  const byKey = new Map(readable.map((o) => [o.key, o]));
  const apps = new Map<string, AppEntry>();
  const placed = new Set<string>();

  function entry(key: string, label?: Label): AppEntry {
    const found = apps.get(key) ?? { key, label: label ?? labels.get(key) ?? key, groups: [] };
    apps.set(key, found);
    return found;
  }

  for (const { body } of menus) {
    const app = entry(body.app, labels.get(body.app) ?? body.label);
    for (const item of body.items ?? []) addItem(app, item, byKey, placed);
  }
  for (const object of readable) {
    if (placed.has(object.key) || object.solution === SYSTEM || object.hidden) continue;
    const app = entry(object.solution || OWN);
    const loose = app.groups.find((g) => g.label === null);
    if (loose) loose.objects.push(object);
    else app.groups.push({ label: null, objects: [object] });
  }
  return [...apps.values()].filter((a) => a.groups.some((g) => g.objects.length > 0));
}

function addItem(app: AppEntry, item: MenuItem, byKey: Map<string, Obj>, placed: Set<string>): void {
  const take = (key: string) => {
    const object = byKey.get(key);
    if (object) placed.add(key);
    return object ? [object] : [];
  };
  if ('group' in item) {
    const objects = item.items.flatMap((i) => take(i.object));
    if (objects.length > 0) app.groups.push({ label: item.group, objects });
    return;
  }
  const found = take(item.object);
  if (found.length === 0) return;
  const last = app.groups.at(-1);
  if (last && last.label === null) last.objects.push(...found);
  else app.groups.push({ label: null, objects: found });
}

export function useApps(): { apps: AppEntry[]; ready: boolean } {
  const objects = useObjects();
  const menus = useMenus();
  const solutions = useSolutions();
  const apps = useMemo(() => {
    const labels = new Map((solutions.data ?? []).map((s) => [s.key, s.label]));
    return appsOf(objects.data ?? [], menus.data ?? [], labels);
  }, [objects.data, menus.data, solutions.data]);
  return { apps, ready: objects.isSuccess && !menus.isLoading };
}

export function appOfObject(apps: AppEntry[], object: string): AppEntry | undefined {
  return apps.find((a) => a.groups.some((g) => g.objects.some((o) => o.key === object)));
}

export const objectsOf = (app: AppEntry): Obj[] => app.groups.flatMap((g) => g.objects);
