// A label of a definition in the language of the reader.
import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';

export type LabelLike = string | { zh?: string; en?: string } | null | undefined;

export function labelOf(label: LabelLike, lang: string, fallback = ''): string {
  if (!label) return fallback;
  if (typeof label === 'string') return label;
  return (lang === 'zh' ? (label.zh ?? label.en) : (label.en ?? label.zh)) ?? fallback;
}

/** `say(field)` reads the label of anything that has a key and perhaps a label. */
export function useSay() {
  const { i18n, t } = useTranslation();
  const lang = i18n.language;
  return useCallback(
    (thing: { key: string; label?: LabelLike } | undefined): string => {
      if (!thing) return '';
      const said = labelOf(thing.label, lang);
      if (said) return said;
      return i18n.exists(`system.${thing.key}`) ? t(`system.${thing.key}`) : thing.key;
    },
    [lang, i18n, t],
  );
}
