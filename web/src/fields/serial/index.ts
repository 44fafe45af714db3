// The field type `serial`: a number the server counts.
import type { FieldKind } from '../kind';
import { textOps } from '../operators';
import { textToText } from '../shapes/TextShape';
import { Cell } from './Cell';
import { Filter } from './Filter';
import { Input } from './Input';
import { Settings } from './Settings';

export const kind: FieldKind = {
  key: 'serial',
  group: 'more',
  sign: '№',
  Cell,
  Input,
  Filter,
  Settings,
  ops: textOps,
  align: 'left',
  width: 130,
  inline: false,
  sums: ['count'],
  toText: textToText,
};
