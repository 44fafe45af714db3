// What follows a successful sign-in: who one is, and the page one came for.
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate, useRouter } from '@tanstack/react-router';
import { useCallback } from 'react';

export function useEnter() {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const router = useRouter();
  return useCallback(
    async (back?: string) => {
      queries.clear();
      // Only a place inside this site is followed.
      if (back?.startsWith('/') && !back.startsWith('//')) router.history.push(back);
      else await navigate({ to: '/' });
    },
    [queries, navigate, router],
  );
}
