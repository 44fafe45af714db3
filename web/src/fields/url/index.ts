// The field type `url`: an address of the web.
import type { FieldKind } from '../kind';
import { textOps } from '../operators';
import { textFromText, textToText } from '../shapes/TextShape';
import { Cell } from './Cell';
import { Filter } from './Filter';
import { Input } from './Input';
import { Settings } from './Settings';

export const kind: FieldKind = {
  key: 'url',
  group: 'more',
  sign: '↗',
  Cell,
  Input,
  Filter,
  Settings,
  ops: textOps,
  align: 'left',
  width: 200,
  inline: true,
  sums: ['count'],
  toText: textToText,
  fromText: textFromText,
};
