// What the server says when it refuses: one error class, and helpers that find the words for a field.
import type { ProblemBody, ProblemItem } from './types';

export class ApiProblem extends Error {
  status: number;
  code: string;
  problems: ProblemItem[];
  requestId: string | null;
  retryAfter: number | null;
  body: ProblemBody | null;

  constructor(status: number, body: ProblemBody | null, retryAfter: number | null = null) {
    super(body?.detail || body?.code || `HTTP ${status}`);
    this.status = status;
    this.code = body?.code ?? 'unknown';
    this.problems = body?.problems ?? [];
    this.requestId = body?.request_id ?? null;
    this.retryAfter = retryAfter;
    this.body = body;
  }
}

/** The first part of a place: `rows[2].name` is about the field `rows`. */
export function fieldOf(at: string | null): string | null {
  if (!at) return null;
  return at.split(/[.[]/)[0] || null;
}

/** Problems sorted under the fields they are about; what is about nothing known goes to `rest`. */
export function byField(problems: ProblemItem[], known: (field: string) => boolean) {
  const fields: Record<string, ProblemItem[]> = {};
  const rest: ProblemItem[] = [];
  for (const problem of problems) {
    const field = fieldOf(problem.at);
    if (field && known(field)) {
      fields[field] = [...(fields[field] ?? []), problem];
    } else {
      rest.push(problem);
    }
  }
  return { fields, rest };
}

export function isProblem(error: unknown): error is ApiProblem {
  return error instanceof ApiProblem;
}

/** One line a person can read; several problems are joined. */
export function wordsOf(error: unknown): string {
  if (isProblem(error)) {
    if (error.problems.length > 0) return error.problems.map((p) => p.message).join(' · ');
    return error.message;
  }
  return error instanceof Error ? error.message : String(error);
}
