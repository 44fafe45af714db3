// Words for who did something and because of what.
import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import type { Cause, Ref } from '@/api/types';

export function useActor() {
  const { t, i18n } = useTranslation();
  return useCallback(
    (by: Ref | string | null | undefined): string => {
      if (!by) return t('actors.system');
      const name = typeof by === 'object' ? by.title : by;
      if (!name) return t('actors.unknown');
      return i18n.exists(`actors.${name}`) ? t(`actors.${name}`) : name;
    },
    [t, i18n],
  );
}

export function useCauseWords() {
  const { t, i18n } = useTranslation();
  return useCallback(
    (cause: Cause | string | null | undefined): string => {
      if (!cause) return '';
      const kind = typeof cause === 'string' ? cause : cause.kind;
      const known = i18n.exists(`causes.${kind}`) ? t(`causes.${kind}`) : kind;
      const title = typeof cause === 'object' ? cause.title : null;
      return title ? `${known} · ${title}` : known;
    },
    [t, i18n],
  );
}
