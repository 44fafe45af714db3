// The field type `department`: one department.
import type { FieldKind } from '../kind';
import { departmentOps } from '../operators';
import { refToText } from '../shapes/RefShape';
import { Cell } from './Cell';
import { Filter } from './Filter';
import { Input } from './Input';
import { Settings } from './Settings';

export const kind: FieldKind = {
  key: 'department',
  group: 'people',
  sign: '⌗',
  Cell,
  Input,
  Filter,
  Settings,
  ops: departmentOps,
  align: 'left',
  width: 130,
  inline: true,
  sums: ['count', 'count_distinct'],
  toText: refToText,
};
