// The field type `lookup`: a field of a linked record.
import type { FieldKind } from '../kind';
import { textOps } from '../operators';
import { lookupToText } from '../shapes/LookupShape';
import { Cell } from './Cell';
import { Filter } from './Filter';
import { Input } from './Input';
import { Settings } from './Settings';

export const kind: FieldKind = {
  key: 'lookup',
  group: 'computed',
  sign: '⇠',
  Cell,
  Input,
  Filter,
  Settings,
  ops: textOps,
  align: 'left',
  width: 150,
  inline: false,
  sums: ['count'],
  toText: lookupToText,
};
