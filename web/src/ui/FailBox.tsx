// Something went wrong: what, and the button that tries again.
import { Alert, Button } from 'antd';
import { useTranslation } from 'react-i18next';

export function FailBox({
  text,
  onRetry,
  code,
}: {
  text: string;
  onRetry?: () => void;
  code?: string | null;
}) {
  const { t } = useTranslation();
  return (
    <Alert
      type="error"
      showIcon
      className="fail-box"
      title={text}
      description={code ? t('common.requestId', { id: code }) : undefined}
      action={
        onRetry ? (
          <Button size="small" onClick={onRetry}>
            {t('common.retry')}
          </Button>
        ) : undefined
      }
    />
  );
}
