// Shows the list as it stood at a past moment.
import { HistoryOutlined } from '@ant-design/icons';
import { Button, DatePicker, Popover, Space } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { usePlace } from '@/ui/place';
import { dayjs, MINUTE, momentOf, showMoment, wallClock } from '@/ui/time';

/** What is yet to come is not asked for. */
function notLater(moment: string): string {
  const now = dayjs.utc().format('YYYY-MM-DDTHH:mm:ss[Z]');
  return moment < now ? moment : now;
}

export function PastButton({
  asOf,
  onChange,
}: {
  asOf: string | undefined;
  onChange: (asOf: string | undefined) => void;
}) {
  const { t } = useTranslation();
  const { timeZone } = usePlace();
  const [open, setOpen] = useState(false);
  const quick: [string, number, 'hour' | 'day' | 'month'][] = [
    ['hourAgo', 1, 'hour'],
    ['dayAgo', 1, 'day'],
    ['weekAgo', 7, 'day'],
    ['monthAgo', 1, 'month'],
  ];

  function take(moment: string | undefined) {
    onChange(moment);
    setOpen(false);
  }

  const body = (
    <div className="past-panel">
      <p className="muted">{t('past.hint')}</p>
      <DatePicker
        className="full"
        showTime={{ format: 'HH:mm' }}
        format={MINUTE}
        needConfirm={false}
        value={asOf ? wallClock(asOf, timeZone) : null}
        disabledDate={(d) => d.isAfter(dayjs().endOf('day'))}
        onChange={(d) => onChange(d ? notLater(momentOf(d, timeZone)) : undefined)}
        aria-label={t('past.moment')}
      />
      <Space wrap className="past-quick">
        {quick.map(([key, n, unit]) => (
          <Button
            key={key}
            size="small"
            onClick={() => take(dayjs.utc().subtract(n, unit).format('YYYY-MM-DDTHH:mm:ss[Z]'))}
          >
            {t(`past.${key}`)}
          </Button>
        ))}
        {asOf ? (
          <Button size="small" type="primary" onClick={() => take(undefined)}>
            {t('past.now')}
          </Button>
        ) : null}
      </Space>
    </div>
  );

  return (
    <Popover
      trigger="click"
      placement="bottomRight"
      content={body}
      open={open}
      onOpenChange={setOpen}
      arrow={false}
    >
      <Button
        type={asOf ? 'primary' : 'text'}
        icon={<HistoryOutlined />}
        aria-label={t('past.title')}
        title={t('past.title')}
      >
        {asOf ? showMoment(asOf, timeZone) : null}
      </Button>
    </Popover>
  );
}
