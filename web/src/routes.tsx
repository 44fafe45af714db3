// The map: which page stands at which address.

import type { QueryClient } from '@tanstack/react-query';
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
} from '@tanstack/react-router';
import { viewsQuery } from './api/queries/definitions';
import { fetchMe, fetchSetup, meKey } from './api/queries/session';
import type { ListSearch } from './engines/forms/run/listState';
import { InvitePage } from './shell/entry/InvitePage';
import { SetupPage } from './shell/entry/SetupPage';
import { SignInPage } from './shell/entry/SignInPage';
import { Frame } from './shell/frame/Frame';
import { LostPage, StumblePage } from './shell/frame/LostPage';
import { AppPage } from './shell/home/AppPage';
import { AppsPage } from './shell/home/AppsPage';
import { HomePage } from './shell/home/HomePage';

interface Context {
  queries: QueryClient;
}

const root = createRootRouteWithContext<Context>()({
  notFoundComponent: LostPage,
  errorComponent: StumblePage,
});

/** Whoever is not signed in goes to the sign-in page, or to the first set-up when there is nobody yet. */
async function mustBeSignedIn({ context, location }: { context: Context; location: { href: string } }) {
  const me = await context.queries.fetchQuery({ queryKey: meKey, queryFn: fetchMe, staleTime: 60_000 });
  if (me) return;
  const { needed } = await fetchSetup().catch(() => ({ needed: false }));
  if (needed) throw redirect({ to: '/setup' });
  throw redirect({ to: '/sign-in', search: { back: location.href === '/' ? undefined : location.href } });
}

const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined);
/** Search values are kept as plain text, so that a filter in an address stays readable as JSON. */
const asText = (value: unknown) =>
  value === undefined || typeof value === 'string' ? text(value) : JSON.stringify(value);

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  component: SignInPage,
  validateSearch: (search: Record<string, unknown>): { back?: string } => ({ back: text(search.back) }),
});
const setup = createRoute({ getParentRoute: () => root, path: '/setup', component: SetupPage });
const invite = createRoute({ getParentRoute: () => root, path: '/invite/$token', component: InvitePage });
const reset = createRoute({ getParentRoute: () => root, path: '/reset/$token', component: InvitePage });

const frame = createRoute({
  getParentRoute: () => root,
  id: 'frame',
  component: Frame,
  beforeLoad: mustBeSignedIn,
});
const home = createRoute({ getParentRoute: () => frame, path: '/', component: HomePage });
const apps = createRoute({ getParentRoute: () => frame, path: '/apps', component: AppsPage });
const app = createRoute({ getParentRoute: () => frame, path: '/apps/$app', component: AppPage });
const object = createRoute({
  getParentRoute: () => frame,
  path: '/o/$object',
  component: lazyRouteComponent(() => import('./shell/home/ObjectPage'), 'ObjectPage'),
  // The list waits for its views, so they are asked for while the page itself is still on its way.
  loader: ({ context, params }) => void context.queries.prefetchQuery(viewsQuery(params.object)),
  validateSearch: (search: Record<string, unknown>): ListSearch => ({
    view: text(search.view),
    f: asText(search.f),
    s: asText(search.s),
    q: asText(search.q),
    at: text(search.at),
    r: asText(search.r),
    tab: text(search.tab),
  }),
});
const startImport = createRoute({
  getParentRoute: () => frame,
  path: '/import',
  component: lazyRouteComponent(() => import('./shell/home/ImportPages'), 'StartImportPage'),
  validateSearch: (search: Record<string, unknown>): { object?: string } => ({ object: text(search.object) }),
});
const oneImport = createRoute({
  getParentRoute: () => frame,
  path: '/import/$job',
  component: lazyRouteComponent(() => import('./shell/home/ImportPages'), 'ImportPage'),
});
const settings = createRoute({
  getParentRoute: () => frame,
  path: '/settings/$part',
  component: lazyRouteComponent(() => import('./shell/settings/SettingsPage'), 'SettingsPage'),
});
const admin = createRoute({
  getParentRoute: () => frame,
  path: '/admin/$part',
  component: lazyRouteComponent(() => import('./shell/admin/AdminPage'), 'AdminPage'),
});
const adminObject = createRoute({
  getParentRoute: () => frame,
  path: '/admin/objects/$object',
  component: lazyRouteComponent(() => import('./shell/admin/AdminPage'), 'AdminObjectPage'),
});

const tree = root.addChildren([
  signIn,
  setup,
  invite,
  reset,
  frame.addChildren([home, apps, app, object, startImport, oneImport, settings, admin, adminObject]),
]);

export function makeRouter(queries: QueryClient) {
  return createRouter({
    routeTree: tree,
    context: { queries },
    // Values are text or JSON, never guessed from their looks: an id of digits stays an id.
    parseSearch: (search) => Object.fromEntries(new URLSearchParams(search)),
    stringifySearch: (search) => {
      const params = new URLSearchParams();
      for (const [key, value] of Object.entries(search))
        if (typeof value === 'string') params.set(key, value);
      const out = params.toString();
      return out ? `?${out}` : '';
    },
  });
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof makeRouter>;
  }
}
