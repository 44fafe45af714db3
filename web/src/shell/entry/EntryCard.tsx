// The frame of the pages before one is signed in.
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { type Lang, setLanguage } from '@/i18n';

export function EntryCard({
  title,
  hint,
  children,
}: {
  title: string;
  hint?: ReactNode;
  children: ReactNode;
}) {
  const { t, i18n } = useTranslation();
  const other: Lang = i18n.language === 'zh' ? 'en' : 'zh';
  return (
    <main className="entry">
      <div className="entry-card">
        <div className="entry-brand">
          <img src="/favicon.svg" alt="" width={36} height={36} />
          <span>{t('brand')}</span>
        </div>
        <h1>{title}</h1>
        {hint ? <p className="muted">{hint}</p> : null}
        {children}
      </div>
      <button type="button" className="link-button entry-language" onClick={() => setLanguage(other)}>
        {t('shell.otherLanguage')}
      </button>
    </main>
  );
}
