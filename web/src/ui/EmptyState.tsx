// An empty list that says what to do.
import type { ReactNode } from 'react';

export function EmptyState({ title, hint, action }: { title: string; hint?: ReactNode; action?: ReactNode }) {
  return (
    <div className="empty">
      <svg width="72" height="52" viewBox="0 0 72 52" aria-hidden="true">
        <rect x="9" y="8" width="54" height="38" rx="5" fill="#f3f5f9" />
        <rect x="16" y="16" width="26" height="4" rx="2" fill="#d5dbe6" />
        <rect x="16" y="25" width="40" height="4" rx="2" fill="#e4e8f0" />
        <rect x="16" y="34" width="33" height="4" rx="2" fill="#e4e8f0" />
      </svg>
      <div className="empty-title">{title}</div>
      {hint ? <div className="empty-hint">{hint}</div> : null}
      {action ? <div className="empty-action">{action}</div> : null}
    </div>
  );
}
