// The field type `choice`: one of several options.
import type { FieldKind } from '../kind';
import { choiceOps } from '../operators';
import { choiceFromText, choiceToText } from '../shapes/ChoiceShape';
import { Cell } from './Cell';
import { Filter } from './Filter';
import { Input } from './Input';
import { Settings } from './Settings';

export const kind: FieldKind = {
  key: 'choice',
  group: 'basic',
  sign: '◉',
  Cell,
  Input,
  Filter,
  Settings,
  ops: choiceOps,
  align: 'left',
  width: 130,
  inline: true,
  sums: ['count', 'count_distinct'],
  toText: choiceToText,
  fromText: choiceFromText,
};
