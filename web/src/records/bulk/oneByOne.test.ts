// Many records, a few at a time.
import { expect, it } from 'vitest';
import { AT_ONCE, oneByOne, placeInBatch } from './oneByOne';

const ids = Array.from({ length: 20 }, (_, n) => `r${n}`);

it('never has more under way than it may, and does each once', async () => {
  let running = 0;
  let most = 0;
  const seen: number[] = [];
  const out = await oneByOne(
    ids,
    async () => {
      running += 1;
      most = Math.max(most, running);
      await Promise.resolve();
      running -= 1;
    },
    { onProgress: (n) => seen.push(n) },
  );
  expect(most).toBe(AT_ONCE);
  expect(out.done.toSorted()).toEqual(ids.toSorted());
  expect(seen.at(-1)).toBe(ids.length);
  expect(out.left).toEqual([]);
});

it('writes down who was refused and goes on', async () => {
  const out = await oneByOne(ids, async (id) => {
    if (id === 'r3') throw new Error('linked');
  });
  expect(out.refused.map((r) => r.id)).toEqual(['r3']);
  expect(out.done).toHaveLength(19);
});

it('begins nothing more once it is stopped', async () => {
  let stopped = false;
  const out = await oneByOne(
    ids,
    async (id) => {
      if (id === 'r5') stopped = true;
    },
    { isStopped: () => stopped },
  );
  expect(out.left.length).toBeGreaterThan(0);
  expect(out.done.length + out.left.length).toBe(ids.length);
});

it('knows which record of a batch is meant', () => {
  expect(placeInBatch('records[3].name')).toBe(3);
  expect(placeInBatch('mode')).toBeNull();
  expect(placeInBatch(null)).toBeNull();
});
