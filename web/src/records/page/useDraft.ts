// What a person has typed into a form and not yet saved, with the problems the server found in it.
import { useCallback, useEffect, useMemo, useState } from 'react';
import { byField, isProblem, wordsOf } from '@/api/problems';
import type { Field, Value } from '@/api/types';
import { sameValue, toWire } from '@/fields/wire';

export interface Draft {
  values: Record<string, Value>;
  set: (key: string, value: Value) => void;
  changed: boolean;
  /** What a save sends: only what differs. */
  wire: () => Record<string, Value>;
  problems: Record<string, string[]>;
  rest: string[];
  /** Sorts a refusal under its fields; answers the first field with a problem. */
  refuse: (error: unknown) => string | null;
  reset: () => void;
}

export function useDraft(fields: Field[], start: Record<string, Value>): Draft {
  const [edits, setEdits] = useState<Record<string, Value>>({});
  const [problems, setProblems] = useState<Record<string, string[]>>({});
  const [rest, setRest] = useState<string[]>([]);
  const values = useMemo(() => ({ ...start, ...edits }), [start, edits]);

  const differs = fields.filter((f) => f.key in edits && !sameValue(edits[f.key], start[f.key] ?? null, f));

  const set = useCallback((key: string, value: Value) => {
    setEdits((before) => ({ ...before, [key]: value }));
    setProblems(({ [key]: _gone, ...others }) => others);
  }, []);

  return {
    values,
    set,
    changed: differs.length > 0,
    wire: () => Object.fromEntries(differs.map((f) => [f.key, toWire(edits[f.key], f)])),
    problems,
    rest,
    refuse: (error) => {
      if (!isProblem(error) || error.problems.length === 0) {
        setRest([wordsOf(error)]);
        return null;
      }
      const known = new Set(fields.map((f) => f.key));
      const sorted = byField(error.problems, (key) => known.has(key));
      setProblems(
        Object.fromEntries(
          Object.entries(sorted.fields).map(([key, list]) => [key, list.map((p) => p.message)]),
        ),
      );
      setRest(sorted.rest.map((p) => p.message));
      return fields.find((f) => sorted.fields[f.key])?.key ?? null;
    },
    reset: () => {
      setEdits({});
      setProblems({});
      setRest([]);
    },
  };
}

/** Moves the keyboard to a field of the form. */
export function focusField(key: string): void {
  const element = document.getElementById(`field-${key}`);
  const target = element?.matches('input, textarea, button, [tabindex]')
    ? element
    : element?.querySelector<HTMLElement>('input, textarea, button, [tabindex]');
  target?.focus();
  element?.scrollIntoView({ block: 'center' });
}

/**
 * Answers a function that moves the keyboard to a field once the form can be typed in: while a save is under way its
 * inputs are off, and one that is off cannot be focused.
 */
export function useFocusWhenOpen(busy: boolean): (key: string | null) => void {
  const [wanted, setWanted] = useState<{ key: string } | null>(null);
  useEffect(() => {
    if (!wanted || busy) return;
    focusField(wanted.key);
    setWanted(null);
  }, [wanted, busy]);
  return useCallback((key) => setWanted(key ? { key } : null), []);
}
