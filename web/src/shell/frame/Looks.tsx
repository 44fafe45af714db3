// The looks and the language of everything inside.
import { App, ConfigProvider } from 'antd';
import en from 'antd/locale/en_US';
import zh from 'antd/locale/zh_CN';
import type { ReactNode } from 'react';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { useMe } from '@/api/queries/session';
import { PlaceProvider } from '@/ui/place';
import { theme } from '@/ui/theme';
import { useDayLanguage } from '@/ui/time';

export function Looks({ children }: { children: ReactNode }) {
  const { i18n } = useTranslation();
  const lang = i18n.language === 'en' ? 'en' : 'zh';
  useDayLanguage(lang);
  return (
    <ConfigProvider
      locale={lang === 'zh' ? zh : en}
      theme={theme}
      button={{ autoInsertSpace: false }}
      form={{ requiredMark: true }}
    >
      <App message={{ maxCount: 3, top: 16 }}>
        <InPlace lang={lang}>{children}</InPlace>
      </App>
    </ConfigProvider>
  );
}

function InPlace({ lang, children }: { lang: 'zh' | 'en'; children: ReactNode }) {
  const me = useMe();
  const company = me.data?.workspace.name;
  useEffect(() => {
    document.title = company ? `${company} · Kehub` : 'Kehub';
  }, [company]);
  const timeZone = me.data?.time_zone || me.data?.workspace.time_zone || 'Asia/Shanghai';
  return <PlaceProvider value={{ timeZone, lang }}>{children}</PlaceProvider>;
}
