// Scrolling over more rows than a browser can make an element high: a long virtual list under a shorter scrollbar.

/** Browsers clip elements somewhere above 16 million pixels; this stays well below. */
export const MOST_PIXELS = 8_000_000;

export interface Track {
  /** How high the element in the page is. */
  height: number;
  /** How high the list would be, row upon row. */
  virtual: number;
  view: number;
}

export interface Position {
  scrollTop: number;
  /** Where in the virtual list the window begins. */
  top: number;
}

export function trackOf(rows: number, rowHeight: number, view: number): Track {
  const virtual = rows * rowHeight;
  return { virtual, height: Math.min(virtual, MOST_PIXELS), view };
}

/** Small steps move pixel by pixel; a jump of the scrollbar moves in proportion. */
export function scrolled(before: Position, scrollTop: number, track: Track): Position {
  const most = Math.max(0, track.height - track.view);
  const mostVirtual = Math.max(0, track.virtual - track.view);
  if (track.virtual <= track.height) return { scrollTop, top: clamp(scrollTop, mostVirtual) };
  if (scrollTop <= 0) return { scrollTop, top: 0 };
  if (scrollTop >= most - 1) return { scrollTop, top: mostVirtual };
  const step = scrollTop - before.scrollTop;
  if (Math.abs(step) <= track.view * 2) return { scrollTop, top: clamp(before.top + step, mostVirtual) };
  return { scrollTop, top: clamp((scrollTop / most) * mostVirtual, mostVirtual) };
}

/** Where the scrollbar must stand for the window to begin at `top`. */
export function placed(top: number, track: Track): Position {
  const mostVirtual = Math.max(0, track.virtual - track.view);
  const clamped = clamp(top, mostVirtual);
  if (track.virtual <= track.height) return { scrollTop: clamped, top: clamped };
  const most = Math.max(0, track.height - track.view);
  return { scrollTop: mostVirtual === 0 ? 0 : (clamped / mostVirtual) * most, top: clamped };
}

export function rowsInView(top: number, view: number, rowHeight: number, rows: number, over = 6) {
  const first = Math.max(0, Math.floor(top / rowHeight) - over);
  const last = Math.min(rows - 1, Math.ceil((top + view) / rowHeight) + over);
  return { first, last };
}

/** The position that brings a row wholly into view, or the same when it is. */
export function reveal(row: number, position: Position, track: Track, rowHeight: number): Position {
  const from = row * rowHeight;
  if (from < position.top) return placed(from, track);
  if (from + rowHeight > position.top + track.view) return placed(from + rowHeight - track.view, track);
  return position;
}

function clamp(value: number, most: number): number {
  return Math.min(Math.max(0, value), most);
}
