// The field type `tags`: free tags.
import type { FieldKind } from '../kind';
import { manyOps } from '../operators';
import { choiceToText } from '../shapes/ChoiceShape';
import { Cell } from './Cell';
import { Filter } from './Filter';
import { Input } from './Input';
import { Settings } from './Settings';

export const kind: FieldKind = {
  key: 'tags',
  group: 'more',
  sign: '⚑',
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
  fromText: (text) =>
    text
      .split(/[,，;；、]/)
      .map((p) => p.trim())
      .filter(Boolean),
};
