// Cells as a spreadsheet thinks of them: where the cursor goes, what a block of text means.

export interface Spot {
  row: number;
  col: number;
}

export interface Range {
  anchor: Spot;
  head: Spot;
}

export function boxOf({ anchor, head }: Range) {
  return {
    top: Math.min(anchor.row, head.row),
    bottom: Math.max(anchor.row, head.row),
    left: Math.min(anchor.col, head.col),
    right: Math.max(anchor.col, head.col),
  };
}

export function isIn(range: Range | null, row: number, col: number): boolean {
  if (!range) return false;
  const box = boxOf(range);
  return row >= box.top && row <= box.bottom && col >= box.left && col <= box.right;
}

export interface Bounds {
  rows: number;
  cols: number;
  /** Rows that fit the window. */
  page: number;
}

/** Where a key takes the cursor; null when the key does not move it. */
export function step(spot: Spot, key: string, far: boolean, bounds: Bounds): Spot | null {
  const row = (n: number) => Math.min(Math.max(0, n), Math.max(0, bounds.rows - 1));
  const col = (n: number) => Math.min(Math.max(0, n), Math.max(0, bounds.cols - 1));
  switch (key) {
    case 'ArrowUp':
      return { row: far ? 0 : row(spot.row - 1), col: spot.col };
    case 'ArrowDown':
      return { row: far ? row(bounds.rows - 1) : row(spot.row + 1), col: spot.col };
    case 'ArrowLeft':
      return { row: spot.row, col: far ? 0 : col(spot.col - 1) };
    case 'ArrowRight':
      return { row: spot.row, col: far ? col(bounds.cols - 1) : col(spot.col + 1) };
    case 'PageUp':
      return { row: row(spot.row - bounds.page), col: spot.col };
    case 'PageDown':
      return { row: row(spot.row + bounds.page), col: spot.col };
    case 'Home':
      return { row: far ? 0 : spot.row, col: 0 };
    case 'End':
      return { row: far ? row(bounds.rows - 1) : spot.row, col: col(bounds.cols - 1) };
    default:
      return null;
  }
}

/** After a Tab the cursor goes on, and from the end of a row to the next. */
export function afterTab(spot: Spot, back: boolean, bounds: Bounds): Spot {
  const next = spot.row * bounds.cols + spot.col + (back ? -1 : 1);
  const clamped = Math.min(Math.max(0, next), bounds.rows * bounds.cols - 1);
  return { row: Math.floor(clamped / bounds.cols), col: clamped % bounds.cols };
}

/** A block copied from a spreadsheet: tabs between cells, quotes around cells that hold line ends. */
export function readBlock(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let cell = '';
  let quoted = false;
  const body = text.replace(/\r\n?/g, '\n');
  for (let i = 0; i < body.length; i += 1) {
    const letter = body[i];
    if (quoted) {
      if (letter === '"' && body[i + 1] === '"') {
        cell += '"';
        i += 1;
      } else if (letter === '"') quoted = false;
      else cell += letter;
    } else if (letter === '"' && cell === '') quoted = true;
    else if (letter === '\t') {
      row.push(cell);
      cell = '';
    } else if (letter === '\n') {
      rows.push([...row, cell]);
      row = [];
      cell = '';
    } else cell += letter;
  }
  if (cell !== '' || row.length > 0) rows.push([...row, cell]);
  return rows;
}

export function writeBlock(rows: string[][]): string {
  return rows
    .map((row) => row.map((c) => (/[\t\n"]/.test(c) ? `"${c.replaceAll('"', '""')}"` : c)).join('\t'))
    .join('\n');
}
