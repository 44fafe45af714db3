// The field type `choices`: several of several options.
import type { FieldKind } from '../kind';
import { manyOps } from '../operators';
import { choicesFromText, choiceToText } from '../shapes/ChoiceShape';
import { Cell } from './Cell';
import { Filter } from './Filter';
import { Input } from './Input';
import { Settings } from './Settings';

export const kind: FieldKind = {
  key: 'choices',
  group: 'basic',
  sign: '☑',
  Cell,
  Input,
  Filter,
  Settings,
  ops: manyOps,
  align: 'left',
  width: 180,
  inline: true,
  sums: ['count'],
  toText: choiceToText,
  fromText: choicesFromText,
};
