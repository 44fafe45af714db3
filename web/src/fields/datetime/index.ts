// The field type `datetime`: a moment.
import type { FieldKind } from '../kind';
import { momentOps } from '../operators';
import { dateFromText, dateToText } from '../shapes/DateShape';
import { Cell } from './Cell';
import { Filter } from './Filter';
import { Input } from './Input';
import { Settings } from './Settings';

export const kind: FieldKind = {
  key: 'datetime',
  group: 'basic',
  sign: 'D',
  Cell,
  Input,
  Filter,
  Settings,
  ops: momentOps,
  align: 'left',
  width: 150,
  inline: true,
  sums: ['count', 'min', 'max'],
  toText: dateToText,
  fromText: dateFromText,
};
