// The field type `people`: several people of the company.
import type { FieldKind } from '../kind';
import { manyOps } from '../operators';
import { refToText } from '../shapes/RefShape';
import { Cell } from './Cell';
import { Filter } from './Filter';
import { Input } from './Input';
import { Settings } from './Settings';

export const kind: FieldKind = {
  key: 'people',
  group: 'people',
  sign: '☺',
  Cell,
  Input,
  Filter,
  Settings,
  ops: manyOps,
  align: 'left',
  width: 180,
  inline: true,
  sums: ['count'],
  toText: refToText,
};
