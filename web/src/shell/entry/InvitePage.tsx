// Accepting an invitation, or setting a new password from a link an administrator gave.
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { Alert, Button, Input, Spin } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { wordsOf } from '@/api/problems';
import { acceptInvitation, fetchInvitation } from '@/api/queries/session';
import { Labelled } from '@/ui/Labelled';
import { EntryCard } from './EntryCard';
import { useEnter } from './useEntry';

export function InvitePage() {
  const { t } = useTranslation();
  const { token = '' } = useParams({ strict: false });
  const enter = useEnter();
  const invitation = useQuery({
    queryKey: ['invitation', token],
    queryFn: () => fetchInvitation(token),
    retry: false,
  });
  const [password, setPassword] = useState('');
  const [again, setAgain] = useState('');
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);

  async function submit(e: React.FormEvent) {
    e.preventDefault();
    if (password !== again) {
      setProblem(t('entry.notSame'));
      return;
    }
    setBusy(true);
    setProblem(null);
    try {
      await acceptInvitation(token, password);
      await enter();
    } catch (error) {
      setProblem(wordsOf(error));
      setBusy(false);
    }
  }

  if (invitation.isLoading) return <Spin className="page-wait" />;
  if (!invitation.data) {
    return (
      <EntryCard title={t('entry.invitationGone')}>
        <p>{t('entry.invitationGoneText')}</p>
        <a href="/sign-in">{t('entry.signIn')}</a>
      </EntryCard>
    );
  }
  const { name, email, workspace } = invitation.data;
  const company = typeof workspace === 'string' ? workspace : workspace?.name;
  return (
    <EntryCard title={t('entry.welcome', { name })} hint={t('entry.invitedTo', { company, email })}>
      <form onSubmit={submit} noValidate>
        {problem ? <Alert type="error" showIcon className="form-alert" title={problem} /> : null}
        <input type="hidden" autoComplete="username" value={email} readOnly />
        <Labelled label={t('entry.newPassword')} required htmlFor="password" hint={t('entry.passwordHint')}>
          <Input.Password
            id="password"
            autoFocus
            autoComplete="new-password"
            value={password}
            onChange={(e) => setPassword(e.target.value)}
          />
        </Labelled>
        <Labelled label={t('entry.again')} required htmlFor="again">
          <Input.Password
            id="again"
            autoComplete="new-password"
            value={again}
            onChange={(e) => setAgain(e.target.value)}
          />
        </Labelled>
        <Button
          type="primary"
          size="large"
          block
          htmlType="submit"
          loading={busy}
          disabled={!password || !again}
        >
          {t('entry.accept')}
        </Button>
      </form>
    </EntryCard>
  );
}
