// Says that what is seen is the past, of which moment, and whether that moment may still change.
import { Alert, Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { usePlace } from '@/ui/place';
import { showMoment } from '@/ui/time';

export function PastBanner({
  moment,
  unsettled,
  onNow,
  className,
}: {
  moment: string;
  unsettled: boolean;
  /** The way back to now; absent where another banner offers it. */
  onNow?: () => void;
  className?: string;
}) {
  const { t } = useTranslation();
  const { timeZone } = usePlace();
  return (
    <Alert
      className={className}
      type="info"
      showIcon
      title={
        <>
          {t('past.looking', { moment: showMoment(moment, timeZone) })}
          {unsettled ? <span className="muted"> {t('past.unsettled')}</span> : null}
        </>
      }
      action={
        onNow ? (
          <Button size="small" onClick={onNow}>
            {t('past.now')}
          </Button>
        ) : undefined
      }
    />
  );
}
