// The field type `id_number`: the number of an identity document.
import type { FieldKind } from '../kind';
import { textOps } from '../operators';
import { textFromText, textToText } from '../shapes/TextShape';
import { Cell } from './Cell';
import { Filter } from './Filter';
import { Input } from './Input';
import { Settings } from './Settings';

export const kind: FieldKind = {
  key: 'id_number',
  group: 'more',
  sign: 'ID',
  Cell,
  Input,
  Filter,
  Settings,
  ops: textOps,
  align: 'left',
  width: 190,
  inline: true,
  sums: ['count'],
  toText: textToText,
  fromText: textFromText,
};
