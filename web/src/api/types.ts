// The shapes the server speaks, by hand and in one place, so that a change of the contract touches one file.

export type Label = string | { zh?: string; en?: string };
export type Value = unknown;

export interface Ref {
  id: string;
  title: string;
}

export interface Rec {
  id: string;
  version?: number;
  created_at?: string;
  updated_at?: string;
  owner?: Ref | null;
  [field: string]: Value;
}

export interface Option {
  key: string;
  label?: Label;
  color?: string;
  retired?: boolean;
}

export type Access = 'read' | 'write' | 'masked';

/** A field as it is defined. Which of the later keys are used depends on the type. */
export interface Field {
  key: string;
  type: string;
  label?: Label;
  help?: Label;
  required?: boolean;
  unique?: boolean;
  system?: boolean;
  access?: Access;
  state?: 'active' | 'retired';
  default?: Value;
  options?: Option[];
  to?: string;
  many?: boolean;
  formula?: string;
  result?: string;
  scale?: number;
  from?: string;
  fn?: string;
  field?: string;
  filter?: Filter | null;
  fields?: Field[];
  [setting: string]: Value;
}

export interface Can {
  create: boolean;
  read: boolean;
  update: boolean;
  delete: boolean;
  export: boolean;
  import: boolean;
}

export interface Obj {
  key: string;
  label?: Label;
  title?: string;
  icon?: string;
  color?: string;
  fields: Field[];
  solution?: string | null;
  state?: 'active' | 'retired';
  system?: boolean;
  /** Not shown in apps; kept by the platform or by programs. */
  hidden?: boolean;
  version?: number;
  can?: Can;
}

export type Op =
  | 'eq'
  | 'ne'
  | 'gt'
  | 'gte'
  | 'lt'
  | 'lte'
  | 'in'
  | 'not_in'
  | 'contains'
  | 'not_contains'
  | 'starts_with'
  | 'not_starts_with'
  | 'ends_with'
  | 'not_ends_with'
  | 'is_empty'
  | 'is_not_empty'
  | 'between'
  | 'not_between'
  | 'has_any'
  | 'has_all'
  | 'has_none'
  | 'within'
  | 'under'
  | 'not_under';

export type Filter =
  | { and: Filter[] }
  | { or: Filter[] }
  | { not: Filter }
  | { field: string; op: Op; value?: Value };

export interface Sort {
  field: string;
  dir: 'asc' | 'desc';
}

export interface Query {
  filter?: Filter | null;
  sort?: Sort[];
  fields?: string[];
  limit?: number;
  cursor?: string;
  offset?: number;
  count?: 'none' | 'estimate' | 'exact';
  as_of?: string;
  time_zone?: string;
}

export interface Page {
  records: Rec[];
  next_cursor: string | null;
  count: { value: number; exact: boolean } | null;
  /** Of a past moment: whether nothing can be written under it any more. */
  settled?: boolean;
}

export interface Measure {
  fn: string;
  field?: string;
  as?: string;
}

export interface Aggregate {
  filter?: Filter | null;
  group?: { field: string; unit?: string }[];
  measures: Measure[];
  sort?: Sort[];
  limit?: number;
  as_of?: string;
}

export interface Change {
  field: string;
  before?: Value;
  after?: Value;
  object?: string;
  id?: string;
  title?: string;
}

export interface HistoryEntry {
  commit: string;
  at: string;
  by: Ref | string | null;
  cause: Cause | string | null;
  changes: Change[];
  op?: 'create' | 'update' | 'delete';
}

export interface Cause {
  kind: string;
  id?: string | null;
  title?: string | null;
  [detail: string]: Value;
}

export interface History {
  entries: HistoryEntry[];
  next_cursor: string | null;
}

/** A commit on the way from a value back to a person, an import or an outside call. */
export interface WhyStep {
  commit: string;
  at: string;
  by: Ref | null;
  on_behalf?: Ref | null;
  cause: Cause | string | null;
  cause_id?: string;
}

export interface WhyInput {
  field: string;
  /** The commit that wrote the field, with what it changed; absent for a field nobody ever wrote. */
  entry: HistoryEntry | null;
  chain: WhyStep[];
}

/** Why a field has its value: who wrote it, or what it is computed from and who wrote that. */
export interface Why {
  field: string;
  kind: 'written' | 'formula' | 'rollup' | 'lookup' | 'system';
  formula?: string;
  rollup?: { from?: string; fn?: string; field?: string };
  inputs: WhyInput[];
}

export interface UndoResult {
  commit: string | null;
  changes: UndoChange[];
  conflicts: UndoConflict[];
}

/** A record that goes back: it disappears again, comes back, or some of its fields do. */
export interface UndoChange {
  object: string;
  id: string;
  op: 'create' | 'update' | 'delete';
  fields: Change[];
}

export interface UndoConflict {
  object: string;
  id: string;
  field: string | null;
  theirs?: Value;
  mine?: Value;
  commit?: string;
  problem?: ProblemItem;
}

export interface Trashed {
  id: string;
  title: string | null;
  deleted_at: string;
  commit: string;
}

export interface ProblemItem {
  code: string;
  at: string | null;
  message: string;
}

export interface ProblemBody {
  code: string;
  detail: string;
  problems?: ProblemItem[];
  request_id?: string;
  [more: string]: Value;
}

export type Right = 'design' | 'people' | 'roles' | 'connections' | 'operations';

export interface Me {
  id: string;
  name: string;
  email: string;
  department: Ref | null;
  locale: 'zh' | 'en' | null;
  time_zone: string | null;
  workspace: { name: string; time_zone?: string };
  rights: Right[];
  is_admin: boolean;
}

export interface SearchHit {
  object: string;
  id: string;
  title: string;
}
