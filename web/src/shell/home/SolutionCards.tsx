// Ready-made solutions: install one, with sample data if wanted; or begin with an own form.
import { PlusOutlined, UploadOutlined } from '@ant-design/icons';
import { Link, useNavigate } from '@tanstack/react-router';
import { App, Button, Checkbox, Tag } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Solution } from '@/api/admin-types';
import { wordsOf } from '@/api/problems';
import { useInstall, useSolutions } from '@/api/queries/definitions';
import { useSay } from '@/i18n/label';
import { paths } from '@/paths';
import { Glyph } from '@/ui/Glyph';

export function SolutionCards() {
  const { t } = useTranslation();
  const solutions = useSolutions();
  const offered = (solutions.data ?? []).filter((s) => s.key !== 'system');
  return (
    <>
      <h2>{t('home.templates')}</h2>
      <div className="tiles">
        {offered.map((s) => (
          <SolutionCard key={s.key} solution={s} />
        ))}
        <div className="tile tile-solution">
          <b>{t('home.ownTitle')}</b>
          <span className="muted">{t('home.ownText')}</span>
          <span className="tile-acts">
            <Link to={paths.admin('objects')} search={{ new: 'yes' } as never}>
              <Button icon={<PlusOutlined />}>{t('home.newForm')}</Button>
            </Link>
            <Link to={paths.startImport()}>
              <Button icon={<UploadOutlined />}>{t('home.fromFile')}</Button>
            </Link>
          </span>
        </div>
      </div>
    </>
  );
}

function SolutionCard({ solution }: { solution: Solution }) {
  const { t } = useTranslation();
  const say = useSay();
  const { message } = App.useApp();
  const install = useInstall();
  const navigate = useNavigate();
  const [sample, setSample] = useState(true);
  return (
    <div className="tile tile-solution">
      <span className="tile-head">
        <Glyph name={say(solution)} seed={solution.key} size={32} />
        <b>{say(solution)}</b>
        {solution.installed ? <Tag color="green">{t('home.installed')}</Tag> : null}
      </span>
      <span className="muted">{t('home.version', { version: solution.version })}</span>
      <span className="tile-acts">
        {solution.installed ? (
          <Link to={paths.app(solution.key)}>
            <Button>{t('home.open')}</Button>
          </Link>
        ) : (
          <>
            <Button
              type="primary"
              loading={install.isPending}
              onClick={() =>
                install.mutate(
                  { key: solution.key, sample },
                  {
                    onSuccess: () => {
                      message.success(t('home.installDone', { name: say(solution) }));
                      void navigate({ to: paths.app(solution.key) });
                    },
                    onError: (error) => message.error(wordsOf(error)),
                  },
                )
              }
            >
              {t('home.install')}
            </Button>
            <Checkbox checked={sample} onChange={(e) => setSample(e.target.checked)}>
              {t('home.withSample')}
            </Checkbox>
          </>
        )}
      </span>
    </div>
  );
}
