// One's own settings: name, language, time zone, password, sessions, keys for programs.

import { useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { Alert, App, Button, Input, Select, Spin } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { byField, isProblem, wordsOf } from '@/api/problems';
import { changePassword, signOut, useChangeMe, useMe } from '@/api/queries/session';
import type { Me } from '@/api/types';
import { type Lang, setLanguage } from '@/i18n';
import { paths } from '@/paths';
import { Labelled } from '@/ui/Labelled';
import { PageHead } from '@/ui/PageHead';
import { useNarrow } from '@/ui/useNarrow';
import '../admin/admin.css';
import { LostPage } from '../frame/LostPage';
import { mayAdminister } from '../frame/TopBar';
import { KeysPart } from './KeysPart';
import { SessionsPart } from './SessionsPart';

const parts = ['me', 'password', 'sessions', 'keys'] as const;
const zones = [
  'Asia/Shanghai',
  'Asia/Hong_Kong',
  'Asia/Taipei',
  'Asia/Tokyo',
  'Asia/Singapore',
  'Asia/Dubai',
  'Europe/London',
  'Europe/Berlin',
  'America/New_York',
  'America/Los_Angeles',
  'Australia/Sydney',
  'UTC',
];

export function SettingsPage() {
  const { part } = useParams({ from: '/frame/settings/$part' });
  const { t } = useTranslation();
  const me = useMe();
  const narrow = useNarrow();
  const navigate = useNavigate();
  const queries = useQueryClient();
  if (!me.data) return <Spin className="page-wait" />;
  if (!parts.includes(part as (typeof parts)[number])) return <LostPage />;

  async function leave() {
    await signOut().catch(() => undefined);
    queries.clear();
    await navigate({ to: '/sign-in', search: {} });
  }

  return (
    <div className="side-page">
      <nav className="side-nav" aria-label={t('shell.settings')}>
        {parts.map((p) => (
          <Link
            key={p}
            to={paths.settings(p)}
            className={p === part ? 'here' : undefined}
            aria-current={p === part ? 'page' : undefined}
          >
            {t(`settingsPage.${p}`)}
          </Link>
        ))}
      </nav>
      <div className="side-body">
        <div className="page">
          {part === 'me' ? <MePart key={me.data.id} me={me.data} /> : null}
          {part === 'password' ? <PasswordPart email={me.data.email} /> : null}
          {part === 'sessions' ? <SessionsPart /> : null}
          {part === 'keys' ? <KeysPart /> : null}
          {narrow && part === 'me' ? (
            <div className="tile-acts settings-acts">
              {mayAdminister(me.data) ? (
                <Link to={paths.admin()}>
                  <Button>{t('shell.admin')}</Button>
                </Link>
              ) : null}
              <Button danger onClick={() => void leave()}>
                {t('shell.signOut')}
              </Button>
            </div>
          ) : null}
        </div>
      </div>
    </div>
  );
}

function MePart({ me }: { me: Me }) {
  const { t, i18n } = useTranslation();
  const { message } = App.useApp();
  const change = useChangeMe();
  const [name, setName] = useState(me.name);
  const [zone, setZone] = useState(me.time_zone ?? me.workspace.time_zone ?? 'Asia/Shanghai');

  function save() {
    change.mutate(
      { name: name.trim(), time_zone: zone },
      {
        onSuccess: () => message.success(t('record.saved')),
        onError: (error) => message.error(wordsOf(error)),
      },
    );
  }

  return (
    <>
      <PageHead title={t('settingsPage.me')} hint={me.email} />
      <div className="panel settings-form">
        <Labelled label={t('people.name')} required htmlFor="my-name">
          <Input id="my-name" value={name} onChange={(e) => setName(e.target.value)} />
        </Labelled>
        <Labelled label={t('shell.language')} htmlFor="my-language">
          <Select
            id="my-language"
            className="full"
            value={i18n.language as Lang}
            options={[
              { value: 'zh', label: '中文' },
              { value: 'en', label: 'English' },
            ]}
            aria-label={t('shell.language')}
            onChange={(lang: Lang) => {
              setLanguage(lang);
              change.mutate({ locale: lang });
            }}
          />
        </Labelled>
        <Labelled label={t('settingsPage.zone')} htmlFor="my-zone">
          <Select
            id="my-zone"
            className="full"
            value={zone}
            options={[...new Set([zone, ...zones])].map((z) => ({ value: z, label: z }))}
            showSearch
            aria-label={t('settingsPage.zone')}
            onChange={setZone}
          />
        </Labelled>
        <Button type="primary" loading={change.isPending} disabled={!name.trim()} onClick={save}>
          {t('common.save')}
        </Button>
      </div>
    </>
  );
}

function PasswordPart({ email }: { email: string }) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const [old, setOld] = useState('');
  const [fresh, setFresh] = useState('');
  const [again, setAgain] = useState('');
  const [problem, setProblem] = useState<string | null>(null);
  const [wrong, setWrong] = useState<{ old?: string[]; fresh?: string[]; again?: string[] }>({});
  const [busy, setBusy] = useState(false);

  async function save(e: React.FormEvent) {
    e.preventDefault();
    setProblem(null);
    setWrong({});
    if (fresh !== again) {
      setWrong({ again: [t('entry.notSame')] });
      return;
    }
    setBusy(true);
    try {
      await changePassword(old, fresh);
      setOld('');
      setFresh('');
      setAgain('');
      message.success(t('settingsPage.passwordChanged'));
    } catch (error) {
      if (!isProblem(error) || error.problems.length === 0) {
        setProblem(wordsOf(error));
        return;
      }
      const { fields, rest } = byField(error.problems, (key) => key === 'old' || key === 'new');
      setWrong({
        old: fields.old ? [t('settingsPage.oldWrong')] : undefined,
        fresh: fields.new?.map((p) => p.message),
      });
      if (rest.length > 0) setProblem(rest.map((p) => p.message).join(' · '));
    } finally {
      setBusy(false);
    }
  }

  return (
    <>
      <PageHead title={t('settingsPage.password')} />
      <form className="panel settings-form" onSubmit={save}>
        {problem ? <Alert type="error" showIcon className="form-alert" title={problem} /> : null}
        <input type="hidden" autoComplete="username" value={email} readOnly />
        <Labelled label={t('settingsPage.old')} required htmlFor="old" problems={wrong.old}>
          <Input.Password
            id="old"
            autoComplete="current-password"
            value={old}
            onChange={(e) => setOld(e.target.value)}
          />
        </Labelled>
        <Labelled
          label={t('settingsPage.fresh')}
          required
          htmlFor="fresh"
          hint={t('entry.passwordHint')}
          problems={wrong.fresh}
        >
          <Input.Password
            id="fresh"
            autoComplete="new-password"
            value={fresh}
            onChange={(e) => setFresh(e.target.value)}
          />
        </Labelled>
        <Labelled label={t('entry.again')} required htmlFor="again" problems={wrong.again}>
          <Input.Password
            id="again"
            autoComplete="new-password"
            value={again}
            onChange={(e) => setAgain(e.target.value)}
          />
        </Labelled>
        <Button type="primary" htmlType="submit" loading={busy} disabled={!old || !fresh || !again}>
          {t('common.save')}
        </Button>
      </form>
    </>
  );
}
