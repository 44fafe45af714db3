// Addresses are promises: bookmarks and links in messages hold them.
import { expect, it } from 'vitest';
import { paths } from './paths';

it('builds every address as it always was', () => {
  expect({
    home: paths.home(),
    apps: paths.apps(),
    app: paths.app('x'),
    object: paths.object('thing'),
    record: paths.record('thing', '1'),
    filtered: paths.filtered('thing', { field: 'a', op: 'eq', value: 1 }),
    startImport: paths.startImport('thing'),
    import: paths.import('j'),
    invite: paths.invite('t'),
    settings: paths.settings(),
    admin: paths.admin(),
    adminObject: paths.adminObject('thing'),
  }).toMatchInlineSnapshot(`
    {
      "admin": "/admin/objects",
      "adminObject": "/admin/objects/thing",
      "app": "/apps/x",
      "apps": "/apps",
      "filtered": "/o/thing?f=%7B%22field%22%3A%22a%22%2C%22op%22%3A%22eq%22%2C%22value%22%3A1%7D",
      "home": "/",
      "import": "/import/j",
      "invite": "/invite/t",
      "object": "/o/thing",
      "record": "/o/thing?r=1",
      "settings": "/settings/me",
      "startImport": "/import?object=thing",
    }
  `);
});
