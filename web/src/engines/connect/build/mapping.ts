// What a mapping says, whether it can run, and the form a file would make. No screen, no server.
import type { ColumnMap, ImportColumn, ImportJob, Mapping } from '@/api/admin-types';
import type { Field, Obj } from '@/api/types';
import { newKeyFor } from '@/fields/keys';
import { fillable } from '@/records/editable';

export const MOST_BYTES = 200 * 1024 * 1024;
const readable = /\.(xlsx|xlsm|xls|ods|csv|tsv|txt)$/i;

export type FileProblem = 'kind' | 'size' | 'empty';

export function fileProblem(file: { name: string; size: number }): FileProblem | null {
  if (!readable.test(file.name)) return 'kind';
  if (file.size === 0) return 'empty';
  return file.size > MOST_BYTES ? 'size' : null;
}

export type Columns = Record<string, ColumnMap | null>;

/** What the job already knows, and for the rest what the server matched by itself. */
export function startColumns(job: ImportJob, object: Obj | undefined): Columns {
  const columns: Columns = {};
  const known = new Set(object?.fields.map((f) => f.key));
  for (const column of job.columns) {
    const kept = job.mapping?.columns?.[column.name];
    if (kept !== undefined) columns[column.name] = kept;
    else if (column.match && column.match.how !== 'near' && known.has(column.match.field)) {
      columns[column.name] = withLinkMatch({ field: column.match.field }, object);
    } else columns[column.name] = null;
  }
  return columns;
}

/** A linked record is found by its title unless the person says otherwise. */
export function withLinkMatch(map: ColumnMap, object: Obj | undefined): ColumnMap {
  const field = object?.fields.find((f) => f.key === map.field);
  return field && isRef(field) ? { ...map, create_missing: map.create_missing ?? false } : map;
}

const refs = new Set(['link', 'person', 'people', 'department', 'departments']);
export const isRef = (field: Field) => refs.has(field.type);
export const hasOptions = (field: Field) => field.type === 'choice' || field.type === 'choices';

/** Fields a file may fill. */
export function targets(object: Obj): Field[] {
  return object.fields.filter(
    (f) =>
      f.state !== 'retired' &&
      (f.key === 'id' || fillable(f, object)) &&
      !['subform', 'image', 'file', 'signature'].includes(f.type),
  );
}

export interface MappingProblems {
  /** Fields that two columns would fill. */
  doubled: string[];
  /** Fields that must be filled and that no column fills. */
  missing: string[];
  nothing: boolean;
}

export function mappingProblems(columns: Columns, object: Obj, onlyUpdates: boolean): MappingProblems {
  const used = Object.values(columns).flatMap((c) => (c ? [c.field] : []));
  const doubled = [...new Set(used.filter((f, n) => used.indexOf(f) !== n))];
  const missing = onlyUpdates
    ? []
    : object.fields
        .filter(
          (f) =>
            f.required &&
            !f.system &&
            f.state !== 'retired' &&
            f.default === undefined &&
            fillable(f, object),
        )
        .map((f) => f.key)
        .filter((key) => !used.includes(key));
  return { doubled, missing, nothing: used.length === 0 };
}

/** Where the table stands in the file, as it was read; a change of it begins the mapping anew. */
export function sourceOf(job: ImportJob): Mapping {
  const { sheet, header_row, encoding, delimiter } = job.mapping ?? {};
  return { sheet, header_row, encoding, delimiter };
}

export function cleanMapping(mapping: Mapping, columns: Columns): Mapping {
  const used = new Set(Object.values(columns).flatMap((c) => (c ? [c.field] : [])));
  const key = (mapping.key ?? []).filter((k) => used.has(k));
  return { ...mapping, columns, key: key.length > 0 ? key : undefined };
}

export interface NewColumn {
  name: string;
  use: boolean;
  key: string;
  label: string;
  type: string;
  guess: ImportColumn['guess'];
}

/** A field for every column, as the server guessed it: its key, its name, its type. */
export function newColumns(job: ImportJob): NewColumn[] {
  const made: NewColumn[] = [];
  for (const column of job.columns) {
    const guessed = column.guess?.key;
    const key =
      guessed && !made.some((m) => m.key === guessed) ? guessed : newKeyFor(column.name, made, 'field');
    made.push({
      name: column.name,
      use: true,
      key,
      label: column.name,
      type: column.guess?.type ?? 'text',
      guess: column.guess,
    });
  }
  return made;
}

const named = new Set(['key', 'label', 'type']);

export function fieldsOf(columns: NewColumn[]): Partial<Field>[] {
  return columns
    .filter((c) => c.use)
    .map((c) => {
      const settings: Partial<Field> = {};
      // What was guessed beside the type, options for example, holds only while the type does.
      if (c.guess?.type === c.type) {
        for (const [key, value] of Object.entries(c.guess)) if (!named.has(key)) settings[key] = value;
      }
      return { ...settings, key: c.key, label: c.label.trim() || c.name, type: c.type };
    });
}
