// Which rows are ticked: single ones, a stretch of them, or all that match.
import { useCallback, useMemo, useState } from 'react';
import type { Rec } from '@/api/types';

export interface Choice {
  /** All that match are chosen, also those not loaded, except the ones ticked off. */
  all: boolean;
  ids: Set<string>;
  count: number;
  has: (id: string) => boolean;
  toggle: (row: number, id: string, shift: boolean, at?: (row: number) => Rec | undefined) => void;
  setAll: (on: boolean) => void;
}

interface State {
  all: boolean;
  ids: Set<string>;
  last: number | null;
}

const none: State = { all: false, ids: new Set(), last: null };

export function useChoice(total: number): Choice {
  const [state, setState] = useState<State>(none);

  const toggle = useCallback<Choice['toggle']>((row, id, shift, at) => {
    setState((before) => {
      const ids = new Set(before.ids);
      if (shift && before.last !== null && at) {
        const [from, to] = [Math.min(before.last, row), Math.max(before.last, row)];
        for (let r = from; r <= to; r += 1) {
          const record = at(r);
          if (record) ids.add(record.id);
        }
      } else if (ids.has(id)) ids.delete(id);
      else ids.add(id);
      return { ...before, ids, last: row };
    });
  }, []);

  const setAll = useCallback((on: boolean) => setState({ all: on, ids: new Set(), last: null }), []);

  return useMemo(
    () => ({
      all: state.all,
      ids: state.ids,
      count: state.all ? Math.max(0, total - state.ids.size) : state.ids.size,
      has: (id: string) => (state.all ? !state.ids.has(id) : state.ids.has(id)),
      toggle,
      setAll,
    }),
    [state, total, toggle, setAll],
  );
}
