// The field type `subform`: rows that belong to one record.
import type { FieldKind } from '../kind';
import { emptyOps } from '../operators';
import { subformToText } from '../shapes/SubformShape';
import { Cell } from './Cell';
import { Filter } from './Filter';
import { Input } from './Input';
import { Settings } from './Settings';

export const kind: FieldKind = {
  key: 'subform',
  group: 'links',
  sign: '▤',
  Cell,
  Input,
  Filter,
  Settings,
  ops: emptyOps,
  align: 'left',
  width: 100,
  inline: false,
  wide: true,
  sums: ['count'],
  toText: subformToText,
};
