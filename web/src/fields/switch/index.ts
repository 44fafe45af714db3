// The field type `switch`: yes or no.
import type { FieldKind } from '../kind';
import { switchOps } from '../operators';
import { switchFromText } from '../shapes/SmallShapes';
import { Cell } from './Cell';
import { Filter } from './Filter';
import { Input } from './Input';
import { Settings } from './Settings';

export const kind: FieldKind = {
  key: 'switch',
  group: 'basic',
  sign: '⊙',
  Cell,
  Input,
  Filter,
  Settings,
  ops: switchOps,
  align: 'left',
  width: 90,
  inline: true,
  sums: ['count'],
  toText: (value) => (value === true ? '✓' : value === false ? '×' : ''),
  fromText: switchFromText,
};
