// The field type `rating`: stars.
import type { FieldKind } from '../kind';
import { numberOps } from '../operators';
import { numberFromText } from '../shapes/NumberShape';
import { textToText } from '../shapes/TextShape';
import { Cell } from './Cell';
import { Filter } from './Filter';
import { Input } from './Input';
import { Settings } from './Settings';

export const kind: FieldKind = {
  key: 'rating',
  group: 'more',
  sign: '★',
  Cell,
  Input,
  Filter,
  Settings,
  ops: numberOps,
  align: 'left',
  width: 140,
  inline: true,
  sums: ['avg', 'min', 'max', 'count'],
  toText: textToText,
  fromText: numberFromText,
};
