// The window over a long list: scrolling, pages, columns, the cursor and blocks of cells.
import { describe, expect, it } from 'vitest';
import { afterTab, boxOf, isIn, readBlock, step, writeBlock } from './cells';
import { INDEX_WIDTH, place, revealColumn } from './layout';
import { pagesOf, totalOf } from './pages';
import { MOST_PIXELS, placed, reveal, rowsInView, scrolled, trackOf } from './scroll';

describe('scrolling', () => {
  it('is plain while the list is short', () => {
    const track = trackOf(100, 40, 800);
    expect(track.height).toBe(4000);
    expect(scrolled({ scrollTop: 0, top: 0 }, 1000, track)).toEqual({ scrollTop: 1000, top: 1000 });
  });

  it('reaches the last of a million rows', () => {
    const track = trackOf(1_000_000, 40, 800);
    expect(track.height).toBe(MOST_PIXELS);
    const end = scrolled({ scrollTop: 0, top: 0 }, track.height - 800, track);
    expect(rowsInView(end.top, 800, 40, 1_000_000, 0).last).toBe(999_999);
  });

  it('moves pixel by pixel in small steps, in proportion when dragged', () => {
    const track = trackOf(1_000_000, 40, 800);
    const half = scrolled({ scrollTop: 0, top: 0 }, MOST_PIXELS / 2, track);
    expect(Math.abs(half.top / 40 - 500_000)).toBeLessThan(100);
    expect(scrolled(half, half.scrollTop + 120, track).top).toBe(half.top + 120);
    expect(scrolled(half, 0, track).top).toBe(0);
  });

  it('reveals a row with the least movement', () => {
    const track = trackOf(1_000_000, 40, 800);
    const start = { scrollTop: 0, top: 0 };
    expect(reveal(5, start, track, 40)).toBe(start);
    expect(reveal(30, start, track, 40).top).toBe(31 * 40 - 800);
    const far = reveal(700_000, start, track, 40);
    expect(far.top).toBe(700_001 * 40 - 800);
    expect(placed(far.top, track).scrollTop).toBeLessThanOrEqual(MOST_PIXELS - 800);
  });
});

describe('pages', () => {
  it('are those the window touches', () => {
    expect(pagesOf(0, 40, 1000)).toEqual([0]);
    expect(pagesOf(95, 130, 1000)).toEqual([0, 1]);
    expect(pagesOf(995, 1200, 1000)).toEqual([9]);
    expect(pagesOf(0, 10, 0)).toEqual([0]);
  });

  it('tell the end of the list whatever was estimated', () => {
    expect(totalOf(5000, [{ page: 0, rows: 100, more: true }])).toEqual({ total: 5000, exact: false });
    expect(totalOf(5000, [{ page: 2, rows: 30, more: false }])).toEqual({ total: 230, exact: true });
    expect(totalOf(50, [{ page: 3, rows: 100, more: true }])).toEqual({ total: 401, exact: false });
    expect(totalOf(null, [{ page: 0, rows: 0, more: false }])).toEqual({ total: 0, exact: true });
    // A page beyond the end says nothing about where the end is.
    expect(totalOf(900, [{ page: 9, rows: 0, more: false }])).toEqual({ total: 900, exact: false });
  });
});

describe('columns', () => {
  const columns = Array.from({ length: 50 }, (_, n) => ({
    field: { key: `f${n}`, type: 'text' },
    width: 100,
  }));

  it('stand only where they are seen, frozen ones always', () => {
    const shown = place(columns, 1, 2000, 800);
    expect(shown.frozen.map((f) => f.index)).toEqual([0]);
    expect(shown.inView.length).toBeLessThan(15);
    expect(shown.before + shown.after + shown.inView.length * 100 + 100 + INDEX_WIDTH).toBe(shown.width);
  });

  it('come into view beside the frozen ones', () => {
    expect(revealColumn(columns, 1, 0, 500, 800)).toBeNull();
    expect(revealColumn(columns, 1, 1, 500, 800)).toBe(0);
    expect(revealColumn(columns, 1, 20, 0, 800)).toBe(INDEX_WIDTH + 2100 - 800);
  });
});

describe('the cursor', () => {
  const bounds = { rows: 10, cols: 3, page: 5 };
  it('stays within the table', () => {
    expect(step({ row: 0, col: 0 }, 'ArrowUp', false, bounds)).toEqual({ row: 0, col: 0 });
    expect(step({ row: 2, col: 1 }, 'ArrowDown', true, bounds)).toEqual({ row: 9, col: 1 });
    expect(step({ row: 2, col: 1 }, 'PageDown', false, bounds)).toEqual({ row: 7, col: 1 });
    expect(step({ row: 2, col: 1 }, 'x', false, bounds)).toBeNull();
  });
  it('goes on to the next row with Tab', () => {
    expect(afterTab({ row: 0, col: 2 }, false, bounds)).toEqual({ row: 1, col: 0 });
    expect(afterTab({ row: 1, col: 0 }, true, bounds)).toEqual({ row: 0, col: 2 });
    expect(afterTab({ row: 9, col: 2 }, false, bounds)).toEqual({ row: 9, col: 2 });
  });
  it('marks a box in any direction', () => {
    const range = { anchor: { row: 5, col: 2 }, head: { row: 3, col: 1 } };
    expect(boxOf(range)).toEqual({ top: 3, bottom: 5, left: 1, right: 2 });
    expect(isIn(range, 4, 1)).toBe(true);
    expect(isIn(range, 4, 0)).toBe(false);
  });
});

describe('blocks of cells', () => {
  it('are read as spreadsheets write them', () => {
    expect(readBlock('a\tb\r\nc\td\r\n')).toEqual([
      ['a', 'b'],
      ['c', 'd'],
    ]);
    expect(readBlock('"two\nlines"\t"say ""hi"""')).toEqual([['two\nlines', 'say "hi"']]);
    expect(readBlock('')).toEqual([]);
  });
  it('come back as they went', () => {
    const block = [
      ['a', 'b\tc', 'd\ne'],
      ['"', '', 'x'],
    ];
    expect(readBlock(writeBlock(block))).toEqual(block);
  });
  it('of ten thousand cells are read at once', () => {
    const text = Array.from({ length: 500 }, (_, r) =>
      Array.from({ length: 20 }, (_, c) => `${r}-${c}`).join('\t'),
    ).join('\n');
    expect(readBlock(text).length).toBe(500);
  });
});
