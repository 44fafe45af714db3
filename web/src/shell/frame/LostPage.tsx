// There is no such page, or the page stumbled.
import { Link } from '@tanstack/react-router';
import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { isProblem, wordsOf } from '@/api/problems';
import { EmptyState } from '@/ui/EmptyState';
import { FailBox } from '@/ui/FailBox';

export function LostPage() {
  const { t } = useTranslation();
  return (
    <EmptyState
      title={t('shell.lost')}
      hint={t('shell.lostHint')}
      action={
        <Link to="/">
          <Button type="primary">{t('shell.home')}</Button>
        </Link>
      }
    />
  );
}

export function StumblePage({ error }: { error: unknown }) {
  return (
    <div className="page">
      <FailBox
        text={wordsOf(error)}
        code={isProblem(error) ? error.requestId : null}
        onRetry={() => window.location.reload()}
      />
    </div>
  );
}
