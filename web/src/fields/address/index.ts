// The field type `address`: a postal address.
import type { FieldKind } from '../kind';
import { addressOps } from '../operators';
import { addressToText } from '../shapes/AddressShape';
import { Cell } from './Cell';
import { Filter } from './Filter';
import { Input } from './Input';
import { Settings } from './Settings';

export const kind: FieldKind = {
  key: 'address',
  group: 'more',
  sign: '⌂',
  Cell,
  Input,
  Filter,
  Settings,
  ops: addressOps,
  align: 'left',
  width: 240,
  inline: false,
  wide: true,
  sums: ['count'],
  toText: addressToText,
};
