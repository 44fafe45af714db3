// Where one is signed in, and the way to end it there.
import { App, Button, Table, Tag } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Session } from '@/api/admin-types';
import { wordsOf } from '@/api/problems';
import { useEndSession, useSessions } from '@/api/queries/session';
import { FailBox } from '@/ui/FailBox';
import { PageHead } from '@/ui/PageHead';
import { usePlace } from '@/ui/place';
import { showMoment } from '@/ui/time';

/** A user agent in words a person knows: browser and system. */
export function deviceOf(agent: string | null): string {
  if (!agent) return '–';
  const browser = /(Edg|MicroMessenger|Firefox|Chrome|Safari)\//.exec(agent)?.[1];
  const system = /(Windows|Android|iPhone|iPad|Mac OS X|Linux)/.exec(agent)?.[1];
  const names: Record<string, string> = { Edg: 'Edge', MicroMessenger: 'WeChat', 'Mac OS X': 'macOS' };
  const known = [browser, system].filter((n): n is string => Boolean(n)).map((n) => names[n] ?? n);
  return known.length > 0 ? known.join(' · ') : agent.slice(0, 60);
}

export function SessionsPart() {
  const { t } = useTranslation();
  const { timeZone } = usePlace();
  const { message } = App.useApp();
  const sessions = useSessions();
  const end = useEndSession();
  return (
    <>
      <PageHead title={t('settingsPage.sessions')} hint={t('settingsPage.sessionsHint')} />
      {sessions.error ? <FailBox text={wordsOf(sessions.error)} onRetry={() => sessions.refetch()} /> : null}
      <Table<Session>
        size="middle"
        rowKey="id"
        loading={sessions.isLoading}
        dataSource={sessions.data ?? []}
        pagination={false}
        scroll={{ x: 560 }}
        columns={[
          {
            title: t('settingsPage.device'),
            render: (_, s) => (
              <span title={s.agent ?? undefined}>
                {deviceOf(s.agent)} {s.current ? <Tag color="green">{t('settingsPage.thisOne')}</Tag> : null}
              </span>
            ),
          },
          { title: t('settingsPage.address'), dataIndex: 'address' },
          { title: t('settingsPage.since'), render: (_, s) => showMoment(s.created_at, timeZone) },
          { title: t('settingsPage.lastSeen'), render: (_, s) => showMoment(s.last_seen_at, timeZone) },
          {
            title: t('common.actions'),
            fixed: 'right',
            width: 100,
            render: (_, s) =>
              s.current ? null : (
                <Button
                  size="small"
                  danger
                  onClick={() => end.mutate(s.id, { onError: (error) => message.error(wordsOf(error)) })}
                >
                  {t('settingsPage.end')}
                </Button>
              ),
          },
        ]}
      />
    </>
  );
}
