// Signing in with e-mail and password.
import { useQuery } from '@tanstack/react-query';
import { Navigate, useSearch } from '@tanstack/react-router';
import { Alert, Button, Input } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { isProblem, wordsOf } from '@/api/problems';
import { fetchSetup, signIn } from '@/api/queries/session';
import { Labelled } from '@/ui/Labelled';
import { EntryCard } from './EntryCard';
import { useEnter } from './useEntry';

export function SignInPage() {
  const { t } = useTranslation();
  const { back } = useSearch({ from: '/sign-in' });
  const enter = useEnter();
  const setup = useQuery({ queryKey: ['setup'], queryFn: fetchSetup, retry: false });
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);

  async function submit(e: React.FormEvent) {
    e.preventDefault();
    if (!email.trim() || !password) {
      setProblem(t('entry.bothNeeded'));
      return;
    }
    setBusy(true);
    setProblem(null);
    try {
      await signIn(email.trim(), password);
      await enter(back);
    } catch (error) {
      const status = isProblem(error) ? error.status : 0;
      if (status === 401) setProblem(t('entry.wrong'));
      else if (status === 429) setProblem(t('entry.tooOften'));
      else setProblem(wordsOf(error));
      setBusy(false);
    }
  }

  if (setup.data?.needed) return <Navigate to="/setup" />;
  return (
    <EntryCard title={t('entry.signIn')}>
      <form onSubmit={submit} noValidate>
        {problem ? <Alert type="error" showIcon className="form-alert" title={problem} /> : null}
        <Labelled label={t('entry.email')} htmlFor="email">
          <Input
            id="email"
            type="email"
            size="large"
            autoComplete="username"
            autoFocus
            value={email}
            onChange={(e) => setEmail(e.target.value)}
          />
        </Labelled>
        <Labelled label={t('entry.password')} htmlFor="password">
          <Input.Password
            id="password"
            size="large"
            autoComplete="current-password"
            value={password}
            onChange={(e) => setPassword(e.target.value)}
          />
        </Labelled>
        <Button type="primary" size="large" block htmlType="submit" loading={busy}>
          {t('entry.signIn')}
        </Button>
        <p className="muted entry-foot">{t('entry.forgot')}</p>
      </form>
    </EntryCard>
  );
}
