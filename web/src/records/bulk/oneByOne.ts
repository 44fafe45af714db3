// Does the same to many records where the API takes one at a time: a few at once, with what was refused written down.

export interface Outcome {
  done: string[];
  refused: { id: string; error: unknown }[];
  /** What was not begun because somebody said stop. */
  left: string[];
}

export const AT_ONCE = 4;

export async function oneByOne(
  ids: string[],
  act: (id: string) => Promise<unknown>,
  watch?: { onProgress?: (count: number) => void; isStopped?: () => boolean },
): Promise<Outcome> {
  const out: Outcome = { done: [], refused: [], left: [] };
  let next = 0;
  async function worker() {
    while (next < ids.length && !watch?.isStopped?.()) {
      const id = ids[next] ?? '';
      next += 1;
      try {
        await act(id);
        out.done.push(id);
      } catch (error) {
        out.refused.push({ id, error });
      }
      watch?.onProgress?.(out.done.length + out.refused.length);
    }
  }
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, ids.length) }, worker));
  out.left = ids.slice(next);
  return out;
}

/** The record a problem of a batch is about: `records[3].name` is the fourth that was sent. */
export function placeInBatch(at: string | null): number | null {
  const found = /^records\[(\d+)\]/.exec(at ?? '');
  return found ? Number(found[1]) : null;
}
