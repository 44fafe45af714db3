// People, departments and roles as administration sees them.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { Department, Person, Role } from '../admin-types';
import { call, newKey } from '../client';

export function usePeople() {
  return useQuery({
    queryKey: ['people'],
    queryFn: () => call<{ people: Person[] }>('GET', '/people').then((a) => a.people),
  });
}

export function useDepartments() {
  return useQuery({
    queryKey: ['departments'],
    queryFn: () => call<{ departments: Department[] }>('GET', '/departments').then((a) => a.departments),
  });
}

export function useRoles() {
  return useQuery({
    queryKey: ['roles'],
    queryFn: () => call<{ roles: Role[] }>('GET', '/roles').then((a) => a.roles),
  });
}

export interface PersonBody {
  email: string;
  name: string;
  department?: string | null;
  manager?: string | null;
  roles?: string[];
  password?: string;
}

/** A link by which a person sets a password, and whether it was also mailed. */
export interface MadeLink {
  url: string;
  mailed: boolean;
  mail: 'queued' | 'paused' | 'no_mail_server' | 'no_base_url';
}

export function usePeopleActs() {
  const queries = useQueryClient();
  const after = () => {
    queries.invalidateQueries({ queryKey: ['people'] });
    queries.invalidateQueries({ queryKey: ['records', 'person'] });
  };
  return {
    make: useMutation({
      mutationFn: (body: PersonBody) => call<Person>('POST', '/people', { body, idempotencyKey: newKey() }),
      onSuccess: after,
    }),
    change: useMutation({
      mutationFn: ({ id, body }: { id: string; body: Partial<PersonBody> }) =>
        call<Person>('PATCH', `/people/${id}`, { body }),
      onSuccess: after,
    }),
    invite: useMutation({
      mutationFn: (id: string) => call<MadeLink>('POST', `/people/${id}/invitation`),
      onSuccess: after,
    }),
    reset: useMutation({
      mutationFn: (id: string) => call<MadeLink>('POST', `/people/${id}/password_reset`),
    }),
    disable: useMutation({
      mutationFn: (id: string) => call('POST', `/people/${id}/disable`),
      onSuccess: after,
    }),
    enable: useMutation({
      mutationFn: (id: string) => call('POST', `/people/${id}/enable`),
      onSuccess: after,
    }),
    handOver: useMutation({
      mutationFn: ({ id, to }: { id: string; to: string }) =>
        call<{ counts: Record<string, number> }>('POST', `/people/${id}/hand_over`, { body: { to } }),
      onSuccess: () => queries.invalidateQueries({ queryKey: ['records'] }),
    }),
  };
}

export function useDepartmentActs() {
  const queries = useQueryClient();
  const after = () => {
    queries.invalidateQueries({ queryKey: ['departments'] });
    queries.invalidateQueries({ queryKey: ['records', 'department'] });
  };
  return {
    make: useMutation({
      mutationFn: (body: { name: string; parent?: string | null; manager?: string | null }) =>
        call<Department>('POST', '/departments', { body, idempotencyKey: newKey() }),
      onSuccess: after,
    }),
    change: useMutation({
      mutationFn: ({ id, body }: { id: string; body: Record<string, unknown> }) =>
        call<Department>('PATCH', `/departments/${id}`, { body }),
      onSuccess: after,
    }),
    remove: useMutation({
      mutationFn: (id: string) => call('DELETE', `/departments/${id}`),
      onSuccess: after,
    }),
  };
}

export function useRoleActs() {
  const queries = useQueryClient();
  const after = () => queries.invalidateQueries({ queryKey: ['roles'] });
  return {
    make: useMutation({
      mutationFn: (body: Role) => call<Role>('POST', '/roles', { body, idempotencyKey: newKey() }),
      onSuccess: after,
    }),
    change: useMutation({
      mutationFn: (body: Role) => call<Role>('PUT', `/definitions/role/${body.key}`, { body }),
      onSuccess: after,
    }),
    remove: useMutation({
      mutationFn: (key: string) => call('DELETE', `/definitions/role/${key}`),
      onSuccess: after,
    }),
  };
}

/** Something that is to leave the building: a mail. */
export interface Outgoing {
  id: string;
  kind: string;
  person: { id: string; title: string } | null;
  state: 'pending' | 'sending' | 'failed' | 'unknown';
  attempts: number;
  error: string;
  changed_at: string;
}

export interface Operations extends Record<string, unknown> {
  outgoing?: {
    paused: boolean;
    mail_server: string | null;
    waiting: Outgoing[];
    troubled: Outgoing[];
  };
}

export function useOperations() {
  return useQuery({
    queryKey: ['operations'],
    queryFn: () => call<Operations>('GET', '/operations'),
    refetchInterval: 15_000,
  });
}

/** Lets nothing leave the building, or everything again. */
export function useOutgoingActs() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (act: 'pause' | 'resume') => call<Operations>('POST', `/operations/${act}`, { body: {} }),
    onSuccess: (report) => queries.setQueryData(['operations'], report),
  });
}
