// A cell while it is being edited: the input of its type, kept until saved or given up.
import { useEffect, useRef, useState } from 'react';
import { wordsOf } from '@/api/problems';
import type { Field, Value } from '@/api/types';
import { kindOf } from '@/fields/registry';
import { useSay } from '@/i18n/label';

export interface CellEditorProps {
  object: string;
  field: Field;
  value: Value;
  /** The letter that began the editing, which replaces the old text. */
  seed: string | null;
  onSave: (value: Value) => Promise<void>;
  /** Where the cursor goes afterwards. */
  onEnd: (move: 'stay' | 'down' | 'next' | 'back') => void;
  width: number;
}

const typed = new Set(['text', 'phone', 'email', 'url', 'id_number', 'number', 'money']);

export function seeded(field: Field, value: Value, seed: string | null): Value {
  return seed !== null && typed.has(field.type) ? seed : (value ?? null);
}

export function CellEditor({ object, field, value, seed, onSave, onEnd, width }: CellEditorProps) {
  const say = useSay();
  const box = useRef<HTMLDivElement>(null);
  const [draft, setDraft] = useState<Value>(() => seeded(field, value, seed));
  const [problem, setProblem] = useState<string | null>(null);
  const latest = useRef(draft);
  const ended = useRef(false);
  const Input = kindOf(field).Input;

  function change(next: Value) {
    latest.current = next;
    setDraft(next);
    setProblem(null);
  }

  async function finish(move: 'stay' | 'down' | 'next' | 'back') {
    if (ended.current) return;
    ended.current = true;
    try {
      const saving = onSave(latest.current);
      // The cursor goes on at once; only a refusal brings the person back.
      await saving;
      onEnd(move);
    } catch (error) {
      ended.current = false;
      setProblem(wordsOf(error));
    }
  }

  useEffect(() => {
    const element = box.current?.querySelector<HTMLInputElement | HTMLTextAreaElement>('input, textarea');
    element?.focus();
    if (element && seed !== null && 'setSelectionRange' in element) {
      const end = element.value.length;
      try {
        element.setSelectionRange(end, end);
      } catch {
        // Some kinds of input have no selection.
      }
    }
  }, [seed]);

  function leave(e: React.FocusEvent) {
    const to = e.relatedTarget as Element | null;
    if (box.current?.contains(to)) return;
    if (to?.closest('.ant-select-dropdown, .ant-picker-dropdown, .ant-modal')) return;
    void finish('stay');
  }

  function key(e: React.KeyboardEvent) {
    e.stopPropagation();
    if (e.nativeEvent.isComposing) return;
    if (e.key === 'Escape') {
      e.preventDefault();
      ended.current = true;
      onEnd('stay');
    } else if (e.key === 'Tab') {
      e.preventDefault();
      void finish(e.shiftKey ? 'back' : 'next');
    } else if (e.key === 'Enter' && !e.shiftKey) {
      const picking = box.current?.querySelector('.ant-select-open, .ant-picker-focused');
      if (picking && !typed.has(field.type)) return;
      e.preventDefault();
      void finish('down');
    }
  }

  if (!Input) return null;
  return (
    <div
      ref={box}
      className={`cell-editor${problem ? ' cell-editor-bad' : ''}`}
      style={{ minWidth: width }}
      onBlur={leave}
      onKeyDown={key}
      onMouseDown={(e) => e.stopPropagation()}
      role="group"
    >
      <Input
        field={field}
        object={object}
        value={draft}
        onChange={change}
        onDone={() => setTimeout(() => void finish('stay'))}
        bad={problem !== null}
        autoFocus
        inGrid
        label={say(field)}
      />
      {problem ? (
        <div className="cell-problem" role="alert">
          {problem}
        </div>
      ) : null}
    </div>
  );
}
