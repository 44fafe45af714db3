// The field type `formula`: what a formula yields.
import type { FieldKind } from '../kind';
import { numberOps } from '../operators';
import { computedToText } from '../shapes/ComputedShape';
import { Cell } from './Cell';
import { Filter } from './Filter';
import { Input } from './Input';
import { Settings } from './Settings';

export const kind: FieldKind = {
  key: 'formula',
  group: 'computed',
  sign: 'ƒ',
  Cell,
  Input,
  Filter,
  Settings,
  ops: numberOps,
  align: 'right',
  width: 130,
  inline: false,
  sums: ['sum', 'avg', 'min', 'max', 'count'],
  toText: computedToText,
};
