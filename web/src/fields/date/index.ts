// The field type `date`: a day.
import type { FieldKind } from '../kind';
import { dateOps } from '../operators';
import { dateFromText, dateToText } from '../shapes/DateShape';
import { Cell } from './Cell';
import { Filter } from './Filter';
import { Input } from './Input';
import { Settings } from './Settings';

export const kind: FieldKind = {
  key: 'date',
  group: 'basic',
  sign: 'D',
  Cell,
  Input,
  Filter,
  Settings,
  ops: dateOps,
  align: 'left',
  width: 120,
  inline: true,
  sums: ['count', 'min', 'max'],
  toText: dateToText,
  fromText: dateFromText,
};
