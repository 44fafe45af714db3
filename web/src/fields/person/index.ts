// The field type `person`: one person of the company.
import type { FieldKind } from '../kind';
import { refOps } from '../operators';
import { refToText } from '../shapes/RefShape';
import { Cell } from './Cell';
import { Filter } from './Filter';
import { Input } from './Input';
import { Settings } from './Settings';

export const kind: FieldKind = {
  key: 'person',
  group: 'people',
  sign: '☺',
  Cell,
  Input,
  Filter,
  Settings,
  ops: refOps,
  align: 'left',
  width: 130,
  inline: true,
  sums: ['count', 'count_distinct'],
  toText: refToText,
};
