// The field type `long_text`: several lines of text.
import type { FieldKind } from '../kind';
import { textOps } from '../operators';
import { textFromText, textToText } from '../shapes/TextShape';
import { Cell } from './Cell';
import { Filter } from './Filter';
import { Input } from './Input';
import { Settings } from './Settings';

export const kind: FieldKind = {
  key: 'long_text',
  group: 'basic',
  sign: '¶',
  Cell,
  Input,
  Filter,
  Settings,
  ops: textOps,
  align: 'left',
  width: 240,
  inline: true,
  wide: true,
  sums: ['count'],
  toText: textToText,
  fromText: textFromText,
};
