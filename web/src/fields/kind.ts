// What every field type brings: how it shows, how it is filled in, filtered and set up.
import type { ComponentType } from 'react';
import type { Field, Obj, Op, Value } from '@/api/types';
import type { Place } from '@/ui/place';

export interface CellProps {
  field: Field;
  value: Value;
  /** A record page has room for more than a table row. */
  roomy?: boolean;
}

export interface InputProps {
  id?: string;
  field: Field;
  value: Value;
  onChange: (value: Value) => void;
  /** The object the field belongs to, for uploads and choices made in place. */
  object?: string;
  disabled?: boolean;
  bad?: boolean;
  autoFocus?: boolean;
  /** Inside a table cell: no frame, and the picker opens at once. */
  inGrid?: boolean;
  /** Tells the cell that the choice is made and editing may end. */
  onDone?: () => void;
  label: string;
}

export interface FilterProps {
  field: Field;
  op: Op;
  value: Value;
  onChange: (value: Value) => void;
}

export interface SettingsProps {
  field: Partial<Field>;
  onChange: (change: Partial<Field>) => void;
  objects: Obj[];
  /** The object the field belongs to; absent while the object itself is being made. */
  object?: Obj;
}

export type Group = 'basic' | 'more' | 'links' | 'people' | 'computed';

export interface FieldKind {
  key: string;
  group: Group;
  /** A short sign in front of the name in menus and headers. */
  sign: string;
  Cell: ComponentType<CellProps>;
  Input: ComponentType<InputProps> | null;
  Filter: ComponentType<FilterProps>;
  Settings: ComponentType<SettingsProps>;
  ops: Op[];
  align: 'left' | 'right';
  width: number;
  /** Whether a table cell can be edited where it stands. */
  inline: boolean;
  /** Takes a whole row in a form of two columns. */
  wide?: boolean;
  sums: string[];
  toText: (value: Value, field: Field, place: Place) => string;
  /** Reads a pasted text; undefined means it cannot be read. */
  fromText?: (text: string, field: Field, place: Place) => Value | undefined;
}
