// The ids behind a choice: those ticked, or all that match, read page by page.
import { queryRecords } from '@/api/queries/records';
import type { Query } from '@/api/types';
import type { Choice } from '../table/choice';

const STEP = 1000;

export async function chosenIds(
  object: string,
  base: Query,
  choice: Choice,
  titleKey: string,
): Promise<string[]> {
  if (!choice.all) return [...choice.ids];
  const ids: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await queryRecords(object, {
      filter: base.filter,
      sort: base.sort,
      fields: [titleKey],
      limit: STEP,
      cursor,
    });
    for (const record of page.records) if (!choice.ids.has(record.id)) ids.push(record.id);
    cursor = page.next_cursor ?? undefined;
  } while (cursor);
  return ids;
}
