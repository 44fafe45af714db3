// How columns stand beside each other: widths, frozen columns, and which of them are in view.
import type { PathField } from '../fieldPaths';

export interface Column {
  field: PathField;
  width: number;
}

export const INDEX_WIDTH = 64;
export const LEAST_WIDTH = 64;

export const rowHeights = { compact: 32, medium: 40, tall: 64 } as const;
export type RowHeight = keyof typeof rowHeights;

export interface Placed {
  frozen: { column: Column; index: number; left: number }[];
  before: number;
  inView: { column: Column; index: number }[];
  after: number;
  width: number;
}

/** Frozen columns always stand; of the others only those in the window, with space kept for the rest. */
export function place(columns: Column[], frozen: number, left: number, view: number): Placed {
  const out: Placed = { frozen: [], before: 0, inView: [], after: 0, width: INDEX_WIDTH };
  let x = INDEX_WIDTH;
  columns.forEach((column, index) => {
    if (index < frozen) {
      out.frozen.push({ column, index, left: x });
    } else if (x + column.width < left - 200) {
      out.before += column.width;
    } else if (x > left + view + 200) {
      out.after += column.width;
    } else {
      out.inView.push({ column, index });
    }
    x += column.width;
  });
  out.width = x;
  return out;
}

/** How far the window must move sideways to show a column, or null when it is in view. */
export function revealColumn(
  columns: Column[],
  frozen: number,
  index: number,
  left: number,
  view: number,
): number | null {
  if (index < frozen) return null;
  const ends = columns.slice(0, frozen).reduce((sum, c) => sum + c.width, INDEX_WIDTH);
  const from = columns.slice(0, index).reduce((sum, c) => sum + c.width, INDEX_WIDTH);
  const width = columns[index]?.width ?? 0;
  if (from - ends < left) return from - ends;
  if (from + width > left + view) return from + width - view;
  return null;
}
