// The shapes of administration, views, menus and imports.
import type { Change, Filter, Label, ProblemItem, Ref, Right, Sort, Value } from './types';

export interface ViewBody {
  object: string;
  label: Label;
  shared: boolean;
  columns: { field: string; width?: number }[];
  frozen?: number;
  filter?: Filter | null;
  sort?: Sort[];
  footer?: Record<string, string>;
  row_height?: 'compact' | 'medium' | 'tall';
  /** Its place among the tabs, where a solution says so. */
  order?: number;
}

export interface Definition<B> {
  key: string;
  body: B;
  owner?: string | null;
  /** Where it came from; `local` is what was made here. */
  solution?: string | null;
  version?: number;
}

export type MenuItem = { object: string } | { group: Label; items: { object: string }[] };

export interface MenuBody {
  app: string;
  label?: Label;
  items: MenuItem[];
}

export interface PlanChange {
  kind: 'safe' | 'slow' | 'lossy';
  what: string;
  object?: string;
  field?: string;
  count?: number;
  samples?: { id: string; title?: string; value?: Value }[];
}

export interface Plan {
  changes: PlanChange[];
  problems?: ProblemItem[];
}

export interface Person {
  id: string;
  name: string;
  email: string;
  phone?: string | null;
  department?: Ref | null;
  manager?: Ref | null;
  roles?: (Ref | string)[];
  state?: string;
  disabled?: boolean;
  [more: string]: Value;
}

export interface Department {
  id: string;
  name: string;
  parent?: Ref | string | null;
  manager?: Ref | null;
  version?: number;
  [more: string]: Value;
}

export type Rows = 'own' | 'reports' | 'department' | 'department_below' | 'all' | { filter: Filter };
export type FieldAccess = 'hidden' | 'read' | 'write' | 'masked';

export interface Grant {
  create?: boolean;
  read?: boolean;
  update?: boolean;
  delete?: boolean;
  export?: boolean;
  import?: boolean;
  rows?: Rows;
  fields?: Record<string, FieldAccess>;
}

export interface Role {
  id?: string;
  key: string;
  label?: Label;
  builtin?: boolean;
  system?: boolean;
  objects?: Record<string, Grant>;
  rights?: Right[];
  version?: number;
}

export interface Session {
  id: string;
  created_at: string;
  last_seen_at: string | null;
  address: string | null;
  agent: string | null;
  current: boolean;
}

export interface ApiKey {
  id: string;
  label?: string;
  name?: string;
  created_at?: string;
  expires_at?: string | null;
  last_used_at?: string | null;
  prefix?: string;
  token?: string;
  scopes?: string[];
}

export interface Solution {
  key: string;
  label: Label;
  version: string;
  installed: boolean;
  sample: boolean;
}

export interface ColumnMap {
  field: string;
  match?: string;
  create_missing?: boolean;
  format?: string;
  values?: Record<string, Value>;
}

export interface Mapping {
  sheet?: string;
  header_row?: number;
  encoding?: string;
  delimiter?: string;
  columns?: Record<string, ColumnMap | null>;
  key?: string[];
  duplicates?: 'skip' | 'update' | 'only_update';
  mode?: 'all_or_nothing' | 'good_rows';
  fire_rules?: boolean;
}

export interface ImportColumn {
  name: string;
  samples: Value[];
  /** The field this column would become in a new form: a whole definition. */
  guess: { type: string; key?: string; label?: Label; [more: string]: Value } | null;
  match: { field: string; how: string } | null;
}

export type JobState = 'waiting' | 'reading' | 'dry_run' | 'running' | 'done' | 'failed' | 'undone';

export interface ImportJob {
  id: string;
  state: JobState;
  /** Set once a dry run has finished and its rows can be looked at. */
  dry_run_done?: boolean;
  file: { name: string; size: number };
  sheets: { name: string; rows: number; columns: number }[];
  encoding: string | null;
  sheet: string | null;
  header_row: number;
  columns: ImportColumn[];
  object: string | null;
  /** The form the server would make of the file. */
  new_object?: { key: string; label?: Label; title?: string } | null;
  mapping: Mapping;
  progress: { done: number; total: number; per_second: number; seconds_left: number | null } | null;
  counts: Partial<Record<Fate, number>> | null;
  problems: ProblemItem[];
  commit: string | null;
  created_at?: string;
}

export type Fate = 'new' | 'changed' | 'same' | 'skipped' | 'failed' | 'ambiguous';

export interface ImportRow {
  n: number;
  fate: Fate;
  id?: string;
  title?: string;
  changes?: Change[];
  problems?: ProblemItem[];
  suggestions?: { column: string; value: Value; near: { value: Value; title: string }[] }[];
}
