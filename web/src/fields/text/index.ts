// The field type `text`: one line of text.
import type { FieldKind } from '../kind';
import { textOps } from '../operators';
import { textFromText, textToText } from '../shapes/TextShape';
import { Cell } from './Cell';
import { Filter } from './Filter';
import { Input } from './Input';
import { Settings } from './Settings';

export const kind: FieldKind = {
  key: 'text',
  group: 'basic',
  sign: 'T',
  Cell,
  Input,
  Filter,
  Settings,
  ops: textOps,
  align: 'left',
  width: 180,
  inline: true,
  sums: ['count', 'count_distinct'],
  toText: textToText,
  fromText: textFromText,
};
