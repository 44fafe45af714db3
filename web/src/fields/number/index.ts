// The field type `number`: an exact number.
import type { FieldKind } from '../kind';
import { numberOps } from '../operators';
import { numberFromText, numberToText } from '../shapes/NumberShape';
import { Cell } from './Cell';
import { Filter } from './Filter';
import { Input } from './Input';
import { Settings } from './Settings';

export const kind: FieldKind = {
  key: 'number',
  group: 'basic',
  sign: '#',
  Cell,
  Input,
  Filter,
  Settings,
  ops: numberOps,
  align: 'right',
  width: 120,
  inline: true,
  sums: ['sum', 'avg', 'min', 'max', 'median', 'count'],
  toText: numberToText,
  fromText: numberFromText,
};
