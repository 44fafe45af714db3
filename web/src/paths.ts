// Every address of the web app is built here.
import type { Filter } from './api/types';

export const paths = {
  home: () => '/',
  apps: () => '/apps',
  signIn: () => '/sign-in',
  setup: () => '/setup',
  invite: (token: string) => `/invite/${token}`,
  app: (app: string) => `/apps/${app}`,
  object: (object: string) => `/o/${object}`,
  record: (object: string, id: string) => `/o/${object}?r=${encodeURIComponent(id)}`,
  filtered: (object: string, filter: Filter) =>
    `/o/${object}?f=${encodeURIComponent(JSON.stringify(filter))}`,
  startImport: (object?: string) => (object ? `/import?object=${object}` : '/import'),
  import: (job: string) => `/import/${job}`,
  settings: (part = 'me') => `/settings/${part}`,
  admin: (part = 'objects') => `/admin/${part}`,
  adminObject: (object: string) => `/admin/objects/${object}`,
};
