// What the company has designed: objects and fields, with the rights of the person who asks.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { Plan } from '../admin-types';
import { call, newKey } from '../client';
import type { Field, Obj } from '../types';

export const objectsKey = ['objects'] as const;

export function fetchObjects(): Promise<Obj[]> {
  return call<{ objects: Obj[] }>('GET', '/objects').then((a) => a.objects);
}

export function useObjects() {
  return useQuery({ queryKey: objectsKey, queryFn: fetchObjects, staleTime: 5 * 60_000 });
}

const none: Obj[] = [];

/** All active objects by key. Empty until they have arrived. */
export function useObjectMap(): Map<string, Obj> {
  const { data = none } = useObjects();
  return useMemo(() => new Map(data.map((o) => [o.key, o])), [data]);
}

export function useObject(key: string): Obj | undefined {
  return useObjectMap().get(key);
}

export function activeFields(object: Obj | undefined): Field[] {
  return (object?.fields ?? []).filter((f) => f.state !== 'retired');
}

export const planObject = (body: Partial<Obj>) =>
  call<Plan>('POST', '/objects', { query: { plan: true }, body });
export const planObjectChange = (object: string, body: Partial<Obj>) =>
  call<Plan>('PATCH', `/objects/${object}`, { query: { plan: true }, body });
export const planObjectEnd = (object: string) =>
  call<Plan>('DELETE', `/objects/${object}`, { query: { plan: true } });
export const planField = (object: string, body: Partial<Field>) =>
  call<Plan>('POST', `/objects/${object}/fields`, { query: { plan: true }, body });
export const planFieldChange = (object: string, field: string, body: Partial<Field>) =>
  call<Plan>('PATCH', `/objects/${object}/fields/${field}`, { query: { plan: true }, body });
export const planFieldEnd = (object: string, field: string) =>
  call<Plan>('DELETE', `/objects/${object}/fields/${field}`, { query: { plan: true } });

/** Every act of the designer ends in the same place: definitions and records are asked again. */
export function useDesign() {
  const queries = useQueryClient();
  const after = () =>
    Promise.all([
      queries.invalidateQueries({ queryKey: objectsKey }),
      queries.invalidateQueries({ queryKey: ['definitions'] }),
      queries.invalidateQueries({ queryKey: ['records'] }),
    ]);
  return {
    makeObject: useMutation({
      mutationFn: (body: Partial<Obj>) => call<Obj>('POST', '/objects', { body, idempotencyKey: newKey() }),
      onSuccess: after,
    }),
    changeObject: useMutation({
      mutationFn: ({ object, body }: { object: string; body: Partial<Obj> }) =>
        call<Obj>('PATCH', `/objects/${object}`, { body }),
      onSuccess: after,
    }),
    endObject: useMutation({
      mutationFn: (object: string) => call('DELETE', `/objects/${object}`),
      onSuccess: after,
    }),
    makeField: useMutation({
      mutationFn: ({ object, body }: { object: string; body: Partial<Field> }) =>
        call('POST', `/objects/${object}/fields`, { body, idempotencyKey: newKey() }),
      onSuccess: after,
    }),
    changeField: useMutation({
      mutationFn: ({ object, field, body }: { object: string; field: string; body: Partial<Field> }) =>
        call('PATCH', `/objects/${object}/fields/${field}`, { body }),
      onSuccess: after,
    }),
    endField: useMutation({
      mutationFn: ({ object, field }: { object: string; field: string }) =>
        call('DELETE', `/objects/${object}/fields/${field}`),
      onSuccess: after,
    }),
  };
}
