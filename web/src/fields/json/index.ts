// The field type `json`: free structure kept by programs.
import type { FieldKind } from '../kind';
import { emptyOps } from '../operators';
import { jsonToText } from '../shapes/JsonShape';
import { Cell } from './Cell';
import { Filter } from './Filter';
import { Input } from './Input';
import { Settings } from './Settings';

export const kind: FieldKind = {
  key: 'json',
  group: 'more',
  sign: '{}',
  Cell,
  Input,
  Filter,
  Settings,
  ops: emptyOps,
  align: 'left',
  width: 180,
  inline: false,
  wide: true,
  sums: ['count'],
  toText: jsonToText,
};
