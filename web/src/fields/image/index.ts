// The field type `image`: pictures.
import type { FieldKind } from '../kind';
import { emptyOps } from '../operators';
import { filesToText } from '../shapes/FileShape';
import { Cell } from './Cell';
import { Filter } from './Filter';
import { Input } from './Input';
import { Settings } from './Settings';

export const kind: FieldKind = {
  key: 'image',
  group: 'more',
  sign: '▣',
  Cell,
  Input,
  Filter,
  Settings,
  ops: emptyOps,
  align: 'left',
  width: 140,
  inline: false,
  wide: true,
  sums: ['count'],
  toText: filesToText,
};
