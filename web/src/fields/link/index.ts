// The field type `link`: records of another object.
import type { FieldKind } from '../kind';
import { refOps } from '../operators';
import { refToText } from '../shapes/RefShape';
import { Cell } from './Cell';
import { Filter } from './Filter';
import { Input } from './Input';
import { Settings } from './Settings';

export const kind: FieldKind = {
  key: 'link',
  group: 'links',
  sign: '⇢',
  Cell,
  Input,
  Filter,
  Settings,
  ops: refOps,
  align: 'left',
  width: 170,
  inline: true,
  sums: ['count', 'count_distinct'],
  toText: refToText,
};
