// A field of free structure, for what programs keep on a record.
import { Input } from 'antd';
import { useState } from 'react';
import type { Value } from '@/api/types';
import type { CellProps, InputProps } from '../kind';

export const jsonToText = (value: Value) =>
  value === null || value === undefined ? '' : JSON.stringify(value, null, 0);

export function JsonCell({ value, roomy }: CellProps) {
  if (roomy && value !== null && value !== undefined) {
    return <pre className="json">{JSON.stringify(value, null, 2)}</pre>;
  }
  return <span className="ellipsis mono">{jsonToText(value)}</span>;
}

export function JsonInput({ id, value, onChange, disabled, bad, label }: InputProps) {
  const [text, setText] = useState(() =>
    value === null || value === undefined ? '' : JSON.stringify(value, null, 2),
  );
  const [broken, setBroken] = useState(false);
  function read(next: string) {
    setText(next);
    if (next.trim() === '') {
      setBroken(false);
      onChange(null);
      return;
    }
    try {
      onChange(JSON.parse(next));
      setBroken(false);
    } catch {
      setBroken(true);
    }
  }
  return (
    <Input.TextArea
      id={id}
      className="mono"
      value={text}
      onChange={(e) => read(e.target.value)}
      disabled={disabled}
      status={bad || broken ? 'error' : undefined}
      autoSize={{ minRows: 2, maxRows: 12 }}
      aria-label={label}
    />
  );
}
