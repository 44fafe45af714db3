// The field type `time`: a time of day.
import type { FieldKind } from '../kind';
import { timeOps } from '../operators';
import { dateFromText, dateToText } from '../shapes/DateShape';
import { Cell } from './Cell';
import { Filter } from './Filter';
import { Input } from './Input';
import { Settings } from './Settings';

export const kind: FieldKind = {
  key: 'time',
  group: 'more',
  sign: 'D',
  Cell,
  Input,
  Filter,
  Settings,
  ops: timeOps,
  align: 'left',
  width: 90,
  inline: true,
  sums: ['count', 'min', 'max'],
  toText: dateToText,
  fromText: dateFromText,
};
