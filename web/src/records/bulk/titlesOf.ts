// What a few records are called, for a summary.
import { queryRecords } from '@/api/queries/records';
import type { Obj } from '@/api/types';
import { titleField, titleOf } from '@/fields/shapes/RefPicker';

export async function titlesOf(object: Obj, ids: string[]): Promise<Map<string, string>> {
  if (ids.length === 0) return new Map();
  const page = await queryRecords(object.key, {
    filter: { field: 'id', op: 'in', value: ids },
    fields: [titleField(object)],
    limit: ids.length,
  }).catch(() => ({ records: [] }));
  return new Map(page.records.map((r) => [r.id, titleOf(r, object)]));
}
