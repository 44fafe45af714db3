// The field type `file`: attachments.
import type { FieldKind } from '../kind';
import { emptyOps } from '../operators';
import { filesToText } from '../shapes/FileShape';
import { Cell } from './Cell';
import { Filter } from './Filter';
import { Input } from './Input';
import { Settings } from './Settings';

export const kind: FieldKind = {
  key: 'file',
  group: 'more',
  sign: '⎘',
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
  toText: filesToText,
};
