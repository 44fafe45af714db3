// A field as the designer sends it: its definition, without what the server adds for the reader.
import type { Field, Label } from '@/api/types';

/** What the server tells about a field and no definition holds. */
const told = new Set(['access', 'system', 'state', 'target', 'yields', 'result', 'via']);

/** A default that was begun and left empty is none. */
const isBlank = (key: string, value: unknown) => value === undefined || (key === 'default' && value === '');

export function wireField(field: Partial<Field>): Partial<Field> {
  const out: Partial<Field> = {};
  for (const [key, value] of Object.entries(field)) {
    if (!told.has(key) && !isBlank(key, value)) out[key] = value;
  }
  return out;
}

/** Only what differs; a setting that was taken away is sent as null, which means "as by default". */
export function changesOf(before: Field, after: Partial<Field>): Partial<Field> {
  const out: Partial<Field> = {};
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    if (told.has(key) || key === 'key' || key === 'type') continue;
    const [old, now] = [before[key], isBlank(key, after[key]) ? undefined : after[key]];
    if (JSON.stringify(old ?? null) !== JSON.stringify(now ?? null)) out[key] = now ?? null;
  }
  return out;
}

/** Writes one language of a label and keeps the other. */
export function putLabel(before: Label | undefined, lang: string, text: string): Label | undefined {
  if (before && typeof before === 'object') return { ...before, [lang]: text };
  return text || undefined;
}
