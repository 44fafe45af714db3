// Rich text: a line of it in a table, all of it on a record page.
import { useMemo } from 'react';
import type { Value } from '@/api/types';
import { RichEditor } from '@/ui/RichEditor';
import { plainText, sanitize } from '@/ui/sanitize';
import type { CellProps, InputProps } from '../kind';

export const richToText = (value: Value) => (typeof value === 'string' ? plainText(value) : '');

export function RichCell({ value, roomy }: CellProps) {
  const html = typeof value === 'string' ? value : '';
  const clean = useMemo(() => (roomy ? sanitize(html) : plainText(html)), [html, roomy]);
  if (!roomy) return <span className="ellipsis">{clean}</span>;
  // biome-ignore lint/security/noDangerouslySetInnerHtml: rebuilt from an allow list one line above
  return <div className="rich" dangerouslySetInnerHTML={{ __html: clean }} />;
}

export function RichInput({ id, value, onChange, disabled, label }: InputProps) {
  return (
    <RichEditor
      id={id}
      label={label}
      disabled={disabled}
      value={typeof value === 'string' ? value : ''}
      onChange={onChange}
    />
  );
}
