// The only fetch: manners of our HTTP (cookies, decimals as strings, problem answers) in one function.
import i18n from 'i18next';
import { ApiProblem } from './problems';

const ROOT = '/api/v1';

export interface Ask {
  query?: Record<string, string | number | boolean | null | undefined>;
  body?: unknown;
  headers?: Record<string, string>;
  signal?: AbortSignal;
  /** A key makes a repeated create answer the same; pass one per intent of the person, not per attempt. */
  idempotencyKey?: string;
  ifMatch?: string | number;
}

type Listener = () => void;
const signedOutListeners = new Set<Listener>();

/** Called when any answer says 401, so that the shell can show the sign-in page. */
export function onSignedOut(listener: Listener): () => void {
  signedOutListeners.add(listener);
  return () => signedOutListeners.delete(listener);
}

export function pathOf(path: string, query?: Ask['query']): string {
  const params = new URLSearchParams();
  for (const [key, value] of Object.entries(query ?? {})) {
    if (value !== undefined && value !== null && value !== '') params.set(key, String(value));
  }
  const text = params.toString();
  return `${ROOT}${path}${text ? `?${text}` : ''}`;
}

export function newKey(): string {
  if (typeof crypto.randomUUID === 'function') return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join('');
}

function headersOf(method: string, ask: Ask): Headers {
  const headers = new Headers({ Accept: 'application/json', Prefer: 'decimals=string', ...ask.headers });
  headers.set('Accept-Language', i18n.language || 'zh');
  if (method !== 'GET') headers.set('X-Requested-With', 'kehub');
  if (ask.idempotencyKey) headers.set('Idempotency-Key', ask.idempotencyKey);
  if (ask.ifMatch !== undefined) headers.set('If-Match', `"${ask.ifMatch}"`);
  if (ask.body !== undefined && !(ask.body instanceof FormData)) {
    headers.set('Content-Type', 'application/json');
  }
  return headers;
}

async function refuse(path: string, response: Response): Promise<never> {
  let body = null;
  try {
    body = await response.json();
  } catch {
    body = null;
  }
  const after = Number(response.headers.get('Retry-After'));
  if (response.status === 401 && path !== '/session') {
    for (const listener of signedOutListeners) listener();
  }
  throw new ApiProblem(response.status, body, Number.isFinite(after) && after > 0 ? after : null);
}

export async function send(method: string, path: string, ask: Ask = {}): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(pathOf(path, ask.query), {
      method,
      credentials: 'same-origin',
      headers: headersOf(method, ask),
      signal: ask.signal,
      body:
        ask.body === undefined
          ? undefined
          : ask.body instanceof FormData
            ? ask.body
            : JSON.stringify(ask.body),
    });
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new ApiProblem(0, { code: 'unreachable', detail: i18n.t('common.unreachable') });
  }
  if (!response.ok) return refuse(path, response);
  return response;
}

export async function call<T>(method: string, path: string, ask: Ask = {}): Promise<T> {
  const response = await send(method, path, ask);
  if (response.status === 204) return undefined as T;
  const text = await response.text();
  return (text ? JSON.parse(text) : undefined) as T;
}

/** Saves an answer as a file on the person's machine. */
export async function download(method: string, path: string, name: string, ask: Ask = {}): Promise<void> {
  const response = await send(method, path, { ...ask, headers: { Accept: '*/*', ...ask.headers } });
  const said = /filename\*?=(?:UTF-8'')?"?([^";]+)/i.exec(response.headers.get('Content-Disposition') ?? '');
  const url = URL.createObjectURL(await response.blob());
  const link = document.createElement('a');
  link.href = url;
  link.download = said?.[1] ? decodeURIComponent(said[1]) : name;
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
