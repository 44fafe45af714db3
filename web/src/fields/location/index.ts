// The field type `location`: a point on the map.
import type { FieldKind } from '../kind';
import { emptyOps } from '../operators';
import { locationToText } from '../shapes/SmallShapes';
import { Cell } from './Cell';
import { Filter } from './Filter';
import { Input } from './Input';
import { Settings } from './Settings';

export const kind: FieldKind = {
  key: 'location',
  group: 'more',
  sign: '⌖',
  Cell,
  Input,
  Filter,
  Settings,
  ops: emptyOps,
  align: 'left',
  width: 200,
  inline: false,
  wide: true,
  sums: ['count'],
  toText: locationToText,
};
