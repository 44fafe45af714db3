// Why a value is what it is: the chain from the value back to a person, an import or a rule.
import { useQuery } from '@tanstack/react-query';
import { Spin, Timeline } from 'antd';
import { useTranslation } from 'react-i18next';
import { wordsOf } from '@/api/problems';
import { fetchWhy } from '@/api/queries/records';
import type { Field, Value, WhyStep } from '@/api/types';
import { kindOf } from '@/fields/registry';
import { labelOf } from '@/i18n/label';
import { FailBox } from '@/ui/FailBox';
import { usePlace } from '@/ui/place';
import { showMoment } from '@/ui/time';
import { useActor, useCauseWords } from './actors';

export function WhyPanel({ object, id, field }: { object: string; id: string; field: Field }) {
  const { t, i18n } = useTranslation();
  const place = usePlace();
  const { data, isLoading, error } = useQuery({
    queryKey: ['records', object, 'why', id, field.key],
    queryFn: () => fetchWhy(object, id, field.key),
  });
  if (isLoading) return <Spin size="small" />;
  if (error) return <FailBox text={wordsOf(error)} />;
  const chain = data?.chain ?? [];
  const text = (value: Value) => kindOf(field).toText(value, field, place) || t('common.empty');

  return (
    <div className="why-panel">
      {data?.formula ? (
        <div className="why-formula">
          <div className="muted">{t('why.formula')}</div>
          <code>{data.formula}</code>
        </div>
      ) : null}
      {data?.inputs?.length ? (
        <ul className="why-inputs">
          {data.inputs.map((input) => (
            <li key={input.field}>
              {labelOf(input.label, i18n.language, input.field)}: <b>{String(input.value ?? '–')}</b>
            </li>
          ))}
        </ul>
      ) : null}
      {chain.length === 0 && !data?.formula ? <p className="muted">{t('why.nothing')}</p> : null}
      <Timeline items={chain.map((step, n) => ({ key: n, content: <Step step={step} text={text} /> }))} />
    </div>
  );
}

function Step({ step, text }: { step: WhyStep; text: (value: Value) => string }) {
  const { timeZone } = usePlace();
  const actor = useActor();
  const cause = useCauseWords();
  const { t } = useTranslation();
  return (
    <div>
      <div>
        {step.by ? <b>{actor(step.by)}</b> : null} {step.what ?? cause(step.cause ?? step.kind ?? null)}
      </div>
      {'after' in step ? (
        <div>
          <span className="before">{text(step.before)}</span> → <b>{text(step.after)}</b>
        </div>
      ) : null}
      {step.at ? <div className="muted tab-num">{showMoment(step.at, timeZone)}</div> : null}
      {step.cause && step.what ? (
        <div className="muted">{t('why.because', { cause: cause(step.cause) })}</div>
      ) : null}
    </div>
  );
}
