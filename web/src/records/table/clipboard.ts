// Blocks of cells to and from the clipboard.
import type { Obj, Rec } from '@/api/types';
import { kindOf } from '@/fields/registry';
import type { Place } from '@/ui/place';
import { fixedBecause } from '../editable';
import { boxOf, type Range, type Spot, writeBlock } from './cells';
import type { Column } from './layout';
import type { CellChange } from './useEdits';

export function copyBlock(
  range: Range,
  columns: Column[],
  at: (row: number) => Rec | undefined,
  place: Place,
): string {
  const box = boxOf(range);
  const lines: string[][] = [];
  for (let row = box.top; row <= box.bottom; row += 1) {
    const record = at(row);
    lines.push(
      columns
        .slice(box.left, box.right + 1)
        .map(({ field }) => (record ? kindOf(field).toText(record[field.key], field, place) : '')),
    );
  }
  return writeBlock(lines);
}

export interface PastePlan {
  changes: CellChange[];
  /** Texts that the field of their column cannot read; one of them stops the whole paste. */
  unread: string[];
  end: Spot;
}

export function pasteChanges(
  block: string[][],
  start: { top: number; left: number; bottom: number; right: number },
  columns: Column[],
  at: (row: number) => Rec | undefined,
  object: Obj,
  past: boolean,
  place: Place,
): PastePlan {
  const plan: PastePlan = { changes: [], unread: [], end: { row: start.top, col: start.left } };
  const single = block.length === 1 && block[0]?.length === 1;
  const height = single ? start.bottom - start.top + 1 : block.length;
  for (let r = 0; r < height; r += 1) {
    const record = at(start.top + r);
    if (!record) continue;
    const line = single ? undefined : block[r];
    const width = single ? start.right - start.left + 1 : (line?.length ?? 0);
    for (let c = 0; c < width; c += 1) {
      const column = columns[start.left + c];
      if (!column || fixedBecause(column.field, object, past)) continue;
      const text = (single ? block[0]?.[0] : line?.[c]) ?? '';
      const read = text === '' ? null : kindOf(column.field).fromText?.(text, column.field, place);
      if (read === undefined) plan.unread.push(text);
      else plan.changes.push({ record, field: column.field, value: read });
      plan.end = { row: start.top + r, col: start.left + c };
    }
  }
  return plan;
}
