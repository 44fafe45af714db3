// Saving from the table: one cell or a block of cells, conflicts put before the person, and taking it back.
import { useQueryClient } from '@tanstack/react-query';
import { useCallback, useRef, useState } from 'react';
import { isProblem } from '@/api/problems';
import { batchRecords, fetchRecord, patchRecord, placeRecord, refetchRecords } from '@/api/queries/records';
import type { Field, Obj, Rec, Value } from '@/api/types';
import { sameValue, toWire } from '@/fields/wire';

export interface CellChange {
  record: Rec;
  field: Field;
  value: Value;
}

interface Done {
  id: string;
  field: Field;
  before: Value;
  after: Value;
}

export interface Conflict {
  record: Rec;
  field: Field;
  mine: Value;
  theirs: Value;
  current: Rec;
  settle: (mine: boolean) => void;
}

const MOST_AT_ONCE = 10_000;

export function useEdits(object: Obj) {
  const queries = useQueryClient();
  const past = useRef<Done[][]>([]);
  const future = useRef<Done[][]>([]);
  const [conflict, setConflict] = useState<Conflict | null>(null);

  const remember = useCallback((done: Done[]) => {
    past.current = [...past.current.slice(-99), done];
    future.current = [];
  }, []);

  /** Somebody saved in between: their value and mine are shown unless the field itself is as I saw it. */
  const afterConflict = useCallback(
    async ({ record, field, value }: CellChange): Promise<Rec> => {
      const current = await fetchRecord(object.key, record.id);
      const theirs = current[field.key];
      let mine = true;
      if (!sameValue(theirs, record[field.key], field) && !sameValue(theirs, value, field)) {
        mine = await new Promise<boolean>((settle) =>
          setConflict({ record, field, mine: value, theirs, current, settle }),
        );
        setConflict(null);
      }
      if (!mine) return current;
      return patchRecord(object.key, record.id, { [field.key]: toWire(value, field) }, current.version);
    },
    [object.key],
  );

  const saveCell = useCallback(
    async (change: CellChange): Promise<void> => {
      const { record, field, value } = change;
      const before = record[field.key] ?? null;
      if (sameValue(before, value, field)) return;
      placeRecord(queries, object.key, { ...record, [field.key]: value });
      try {
        const sent = { [field.key]: toWire(value, field) };
        const saved = await patchRecord(object.key, record.id, sent, record.version).catch((error) => {
          if (isProblem(error) && error.status === 412) return afterConflict(change);
          throw error;
        });
        placeRecord(queries, object.key, saved);
        remember([{ id: record.id, field, before, after: saved[field.key] ?? null }]);
        void refetchRecords(queries, object.key);
      } catch (error) {
        placeRecord(queries, object.key, { ...record, [field.key]: before });
        throw error;
      }
    },
    [object.key, queries, remember, afterConflict],
  );

  const write = useCallback(
    async (done: Done[], side: 'before' | 'after') => {
      const byId = new Map<string, Record<string, Value>>();
      for (const d of done) {
        byId.set(d.id, { ...(byId.get(d.id) ?? { id: d.id }), [d.field.key]: toWire(d[side], d.field) });
      }
      const records = [...byId.values()];
      for (let i = 0; i < records.length; i += MOST_AT_ONCE) {
        await batchRecords(object.key, records.slice(i, i + MOST_AT_ONCE), 'update');
      }
      await refetchRecords(queries, object.key);
    },
    [object.key, queries],
  );

  const saveMany = useCallback(
    async (changes: CellChange[]): Promise<number> => {
      const done = changes
        .filter((c) => !sameValue(c.record[c.field.key] ?? null, c.value, c.field))
        .map((c) => ({
          id: c.record.id,
          field: c.field,
          before: c.record[c.field.key] ?? null,
          after: c.value,
        }));
      if (done.length === 0) return 0;
      await write(done, 'after');
      remember(done);
      return done.length;
    },
    [write, remember],
  );

  const undo = useCallback(async (): Promise<number> => {
    const done = past.current.pop();
    if (!done) return 0;
    await write(done, 'before');
    future.current.push(done);
    return done.length;
  }, [write]);

  const redo = useCallback(async (): Promise<number> => {
    const done = future.current.pop();
    if (!done) return 0;
    await write(done, 'after');
    past.current.push(done);
    return done.length;
  }, [write]);

  return { saveCell, saveMany, undo, redo, conflict };
}
