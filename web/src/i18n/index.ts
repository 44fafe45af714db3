// All words of the page in Chinese and English, and which of them a person reads.
import i18n from 'i18next';
import { initReactI18next } from 'react-i18next';
import { lists } from './words';

export type Lang = 'zh' | 'en';
const KEPT = 'kehub.lang';

/** What the person chose before, else what the browser speaks. */
export function firstLanguage(): Lang {
  const kept = localStorage.getItem(KEPT);
  if (kept === 'zh' || kept === 'en') return kept;
  return navigator.language.toLowerCase().startsWith('zh') ? 'zh' : 'en';
}

export function hasChosenLanguage(): boolean {
  return localStorage.getItem(KEPT) !== null;
}

export function setLanguage(lang: Lang): void {
  localStorage.setItem(KEPT, lang);
  document.documentElement.lang = lang === 'zh' ? 'zh-CN' : 'en';
  void i18n.changeLanguage(lang);
}

export function startWords(): void {
  const { zh, en } = lists();
  void i18n.use(initReactI18next).init({
    lng: firstLanguage(),
    fallbackLng: false,
    resources: { zh: { translation: zh }, en: { translation: en } },
    interpolation: { escapeValue: false },
    initAsync: false,
  });
  document.documentElement.lang = i18n.language === 'zh' ? 'zh-CN' : 'en';
}
