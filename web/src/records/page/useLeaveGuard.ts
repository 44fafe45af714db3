// Asks before typed things are lost.
import { App } from 'antd';
import { useCallback, useEffect } from 'react';
import { useTranslation } from 'react-i18next';

export function useLeaveGuard(dirty: boolean) {
  const { t } = useTranslation();
  const { modal } = App.useApp();

  useEffect(() => {
    if (!dirty) return;
    const ask = (e: BeforeUnloadEvent) => e.preventDefault();
    window.addEventListener('beforeunload', ask);
    return () => window.removeEventListener('beforeunload', ask);
  }, [dirty]);

  return useCallback(
    (go: () => void) => {
      if (!dirty) {
        go();
        return;
      }
      modal.confirm({
        title: t('record.unsavedTitle'),
        content: t('record.unsavedText'),
        okText: t('record.leave'),
        cancelText: t('record.stay'),
        okButtonProps: { danger: true },
        onOk: go,
      });
    },
    [dirty, modal, t],
  );
}
