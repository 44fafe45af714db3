// The field type `phone`: a telephone number.
import type { FieldKind } from '../kind';
import { textOps } from '../operators';
import { textFromText, textToText } from '../shapes/TextShape';
import { Cell } from './Cell';
import { Filter } from './Filter';
import { Input } from './Input';
import { Settings } from './Settings';

export const kind: FieldKind = {
  key: 'phone',
  group: 'basic',
  sign: '☎',
  Cell,
  Input,
  Filter,
  Settings,
  ops: textOps,
  align: 'left',
  width: 140,
  inline: true,
  sums: ['count'],
  toText: textToText,
  fromText: textFromText,
};
