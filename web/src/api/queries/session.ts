// Who is signed in, and the ways in and out.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { ApiKey, Session } from '../admin-types';
import { call, newKey } from '../client';
import { isProblem } from '../problems';
import type { Me } from '../types';

export const meKey = ['me'] as const;

export function fetchMe(): Promise<Me | null> {
  return call<Me>('GET', '/me').catch((error) => {
    if (isProblem(error) && error.status === 401) return null;
    throw error;
  });
}

export function useMe() {
  return useQuery({ queryKey: meKey, queryFn: fetchMe, staleTime: 60_000 });
}

export function fetchSetup(): Promise<{ needed: boolean }> {
  return call('GET', '/setup');
}

export interface SetupAnswers {
  code: string;
  name: string;
  email: string;
  password: string;
  company: string;
}

export const setUp = (answers: SetupAnswers) => call('POST', '/setup', { body: answers });
export const signIn = (email: string, password: string) =>
  call('POST', '/session', { body: { email, password } });
export const signOut = () => call('DELETE', '/session');
export const changePassword = (old: string, fresh: string) =>
  call('POST', '/me/password', { body: { old, new: fresh } });

export interface Invitation {
  name: string;
  email: string;
  workspace: string | { name: string };
}

export const fetchInvitation = (token: string) =>
  call<Invitation>('GET', `/invitations/${encodeURIComponent(token)}`);
export const acceptInvitation = (token: string, password: string) =>
  call('POST', `/invitations/${encodeURIComponent(token)}`, { body: { password } });

export function useChangeMe() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (change: Partial<Pick<Me, 'locale' | 'time_zone' | 'name'>>) =>
      call<Me>('PATCH', '/me', { body: change }),
    onSuccess: () => queries.invalidateQueries({ queryKey: meKey }),
  });
}

export function useSessions() {
  return useQuery({
    queryKey: ['sessions'],
    queryFn: () => call<{ sessions: Session[] }>('GET', '/sessions').then((a) => a.sessions),
  });
}

export function useEndSession() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => call('DELETE', `/sessions/${id}`),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['sessions'] }),
  });
}

export function useApiKeys() {
  return useQuery({
    queryKey: ['api_keys'],
    queryFn: () => call<{ api_keys: ApiKey[] }>('GET', '/api_keys').then((a) => a.api_keys),
  });
}

export function useMakeApiKey() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: { label: string; expires_at?: string | null; scopes?: string[] }) =>
      call<ApiKey>('POST', '/api_keys', { body, idempotencyKey: newKey() }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['api_keys'] }),
  });
}

export function useEndApiKey() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => call('DELETE', `/api_keys/${id}`),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['api_keys'] }),
  });
}
