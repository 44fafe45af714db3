// The field type `rich_text`: text with bold, lists and links.
import type { FieldKind } from '../kind';
import { textOps } from '../operators';
import { richToText } from '../shapes/RichShape';
import { Cell } from './Cell';
import { Filter } from './Filter';
import { Input } from './Input';
import { Settings } from './Settings';

export const kind: FieldKind = {
  key: 'rich_text',
  group: 'more',
  sign: '¶',
  Cell,
  Input,
  Filter,
  Settings,
  ops: textOps,
  align: 'left',
  width: 240,
  inline: false,
  wide: true,
  sums: ['count'],
  toText: richToText,
};
