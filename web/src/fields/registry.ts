// All field types by key. To add one: a folder with the same five files, and a line here.
import type { Field, Op } from '@/api/types';
import { kind as addressKind } from './address';
import { kind as choiceKind } from './choice';
import { kind as choicesKind } from './choices';
import { kind as dateKind } from './date';
import { kind as datetimeKind } from './datetime';
import { kind as departmentKind } from './department';
import { kind as departmentsKind } from './departments';
import { kind as emailKind } from './email';
import { kind as fileKind } from './file';
import { kind as formulaKind } from './formula';
import { kind as idNumberKind } from './id_number';
import { kind as imageKind } from './image';
import { kind as jsonKind } from './json';
import type { FieldKind } from './kind';
import { kind as linkKind } from './link';
import { kind as locationKind } from './location';
import { kind as longTextKind } from './long_text';
import { kind as lookupKind } from './lookup';
import { kind as moneyKind } from './money';
import { kind as numberKind } from './number';
import { boolOps, dateOps, manyOps, numberOps, textOps } from './operators';
import { kind as peopleKind } from './people';
import { kind as personKind } from './person';
import { kind as phoneKind } from './phone';
import { kind as ratingKind } from './rating';
import { kind as richTextKind } from './rich_text';
import { kind as rollupKind } from './rollup';
import { kind as serialKind } from './serial';
import { kind as signatureKind } from './signature';
import { kind as subformKind } from './subform';
import { kind as switchKind } from './switch';
import { kind as tagsKind } from './tags';
import { kind as textKind } from './text';
import { kind as timeKind } from './time';
import { kind as urlKind } from './url';

export const kinds: FieldKind[] = [
  textKind,
  longTextKind,
  richTextKind,
  numberKind,
  moneyKind,
  dateKind,
  datetimeKind,
  timeKind,
  choiceKind,
  choicesKind,
  switchKind,
  ratingKind,
  phoneKind,
  emailKind,
  urlKind,
  idNumberKind,
  addressKind,
  locationKind,
  imageKind,
  fileKind,
  signatureKind,
  personKind,
  peopleKind,
  departmentKind,
  departmentsKind,
  serialKind,
  linkKind,
  subformKind,
  lookupKind,
  formulaKind,
  rollupKind,
  tagsKind,
  jsonKind,
];

const byKey = new Map(kinds.map((k) => [k.key, k]));

/** A type of a newer server shows as text until the page is reloaded. */
export function kindOf(field: { type: string }): FieldKind {
  return byKey.get(field.type) ?? textKind;
}

const yielded: Record<string, Op[]> = {
  text: textOps,
  number: numberOps,
  bool: boolOps,
  date: dateOps,
  datetime: dateOps,
  time: dateOps,
};

/** The comparisons a field offers; links and computed fields depend on their settings. */
export function opsOf(field: Field): Op[] {
  if (field.type === 'link' && field.many) return manyOps;
  if (field.type === 'formula') return yielded[String(field.yields ?? field.result ?? 'text')] ?? textOps;
  if (field.type === 'lookup' && field.target) return opsOf(field.target as Field);
  return kindOf(field).ops;
}
