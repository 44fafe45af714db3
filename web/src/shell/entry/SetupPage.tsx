// The first set-up: whoever reads the server's console becomes the first administrator.
import { useQuery } from '@tanstack/react-query';
import { Navigate } from '@tanstack/react-router';
import { Alert, Button, Input, Spin } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { byField, isProblem, wordsOf } from '@/api/problems';
import { fetchSetup, type SetupAnswers, setUp } from '@/api/queries/session';
import { Labelled } from '@/ui/Labelled';
import { EntryCard } from './EntryCard';
import { useEnter } from './useEntry';

const blank: SetupAnswers = { code: '', company: '', name: '', email: '', password: '' };
type Key = keyof SetupAnswers;
const keys = Object.keys(blank) as Key[];

export function SetupPage() {
  const { t } = useTranslation();
  const enter = useEnter();
  const setup = useQuery({ queryKey: ['setup'], queryFn: fetchSetup, retry: false });
  const [answers, setAnswers] = useState(blank);
  const [problems, setProblems] = useState<Partial<Record<Key, string[]>>>({});
  const [rest, setRest] = useState<string[]>([]);
  const [busy, setBusy] = useState(false);

  async function submit(e: React.FormEvent) {
    e.preventDefault();
    const missing = keys.filter((k) => !answers[k].trim());
    if (missing.length > 0) {
      setProblems(Object.fromEntries(missing.map((k) => [k, [t('common.required')]])));
      document.getElementById(`setup-${missing[0]}`)?.focus();
      return;
    }
    setBusy(true);
    setRest([]);
    setProblems({});
    try {
      await setUp({ ...answers, code: answers.code.trim(), email: answers.email.trim() });
      await enter();
    } catch (error) {
      setBusy(false);
      if (!isProblem(error)) {
        setRest([wordsOf(error)]);
        return;
      }
      const sorted = byField(error.problems, (k) => keys.includes(k as Key));
      if (error.problems.length === 0 && (error.status === 403 || error.status === 401)) {
        setProblems({ code: [t('entry.wrongCode')] });
        document.getElementById('setup-code')?.focus();
        return;
      }
      setProblems(
        Object.fromEntries(Object.entries(sorted.fields).map(([k, p]) => [k, p.map((x) => x.message)])),
      );
      setRest(error.problems.length === 0 ? [wordsOf(error)] : sorted.rest.map((p) => p.message));
      const first = keys.find((k) => sorted.fields[k]);
      if (first) document.getElementById(`setup-${first}`)?.focus();
    }
  }

  if (setup.isLoading) return <Spin className="page-wait" />;
  if (setup.data && !setup.data.needed) return <Navigate to="/sign-in" search={{}} />;
  return (
    <EntryCard title={t('entry.setup')} hint={t('entry.setupHint')}>
      <form onSubmit={submit} noValidate>
        {rest.length > 0 ? (
          <Alert
            type="error"
            showIcon
            className="form-alert"
            title={rest.map((text) => <div key={text}>{text}</div>)}
          />
        ) : null}
        {keys.map((key) => {
          const Box = key === 'password' ? Input.Password : Input;
          return (
            <Labelled
              key={key}
              label={t(`entry.${key}`)}
              required
              htmlFor={`setup-${key}`}
              hint={
                key === 'code'
                  ? t('entry.codeHint')
                  : key === 'password'
                    ? t('entry.passwordHint')
                    : undefined
              }
              problems={problems[key]}
            >
              <Box
                id={`setup-${key}`}
                autoFocus={key === 'code'}
                type={key === 'email' ? 'email' : key === 'password' ? 'password' : 'text'}
                autoComplete={key === 'password' ? 'new-password' : key === 'email' ? 'username' : 'off'}
                value={answers[key]}
                status={problems[key] ? 'error' : undefined}
                aria-invalid={problems[key] ? true : undefined}
                aria-describedby={problems[key] ? `setup-${key}-problem` : undefined}
                onChange={(e) => {
                  setAnswers({ ...answers, [key]: e.target.value });
                  setProblems({ ...problems, [key]: undefined });
                }}
              />
            </Labelled>
          );
        })}
        <Button type="primary" size="large" block htmlType="submit" loading={busy}>
          {t('entry.finishSetup')}
        </Button>
      </form>
    </EntryCard>
  );
}
