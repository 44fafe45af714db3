// The field type `rollup`: a sum over linked records.
import type { FieldKind } from '../kind';
import { numberOps } from '../operators';
import { computedToText } from '../shapes/ComputedShape';
import { Cell } from './Cell';
import { Filter } from './Filter';
import { Input } from './Input';
import { Settings } from './Settings';

export const kind: FieldKind = {
  key: 'rollup',
  group: 'computed',
  sign: 'Σ',
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
