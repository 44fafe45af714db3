// Why a value is what it is: who wrote it or what it is computed from, back to a person, an import or a rule.
import { useQuery } from '@tanstack/react-query';
import { Spin, Timeline } from 'antd';
import { useTranslation } from 'react-i18next';
import { wordsOf } from '@/api/problems';
import { useObjectMap } from '@/api/queries/objects';
import { fetchWhy } from '@/api/queries/records';
import type { Obj, Value, Why, WhyInput, WhyStep } from '@/api/types';
import { kindOf } from '@/fields/registry';
import { useSay } from '@/i18n/label';
import { FailBox } from '@/ui/FailBox';
import { usePlace } from '@/ui/place';
import { showMoment } from '@/ui/time';
import { useTitled } from '../titles';
import { useActor, useCauseWords } from './actors';

export function WhyPanel({ object, id, field }: { object: Obj; id: string; field: string }) {
  const { data, isLoading, error } = useQuery({
    queryKey: ['records', object.key, 'why', id, field],
    queryFn: () => fetchWhy(object.key, id, field),
  });
  if (isLoading) return <Spin size="small" />;
  if (error) return <FailBox text={wordsOf(error)} />;
  return data ? <Answer why={data} object={object} field={field} /> : null;
}

function Answer({ why, object, field }: { why: Why; object: Obj; field: string }) {
  const { t } = useTranslation();
  const inputs = why.inputs ?? [];
  const own = inputs.find((i) => i.field === field);
  const others = inputs.filter((i) => i.field !== field);
  const computed = why.kind !== 'written' && why.kind !== 'system';
  const written = [...(computed || !own ? [] : [own]), ...others].filter((i) => i.entry);
  return (
    <div className="why-panel">
      {computed ? <div className="muted">{t(`why.kind_${why.kind}`)}</div> : null}
      {why.formula ? (
        <div className="why-formula">
          <code>{why.formula}</code>
        </div>
      ) : null}
      {written.length === 0 && !computed ? <p className="muted">{t('why.nothing')}</p> : null}
      {written.map((input) => (
        <Input key={input.field} input={input} object={object} named={computed} />
      ))}
    </div>
  );
}

/** What wrote one field, and what that came from. */
function Input({ input, object, named }: { input: WhyInput; object: Obj; named: boolean }) {
  const { t } = useTranslation();
  const say = useSay();
  const place = usePlace();
  const field = object.fields.find((f) => f.key === input.field);
  const change = input.entry?.changes.find((c) => c.field === input.field);
  const catalog = useObjectMap();
  const titled = useTitled(
    change ? [change.before, change.after].map((value) => ({ field, value })) : [],
    catalog,
  );
  const text = (value: Value) =>
    (field ? kindOf(field).toText(titled(value, field), field, place) : String(value ?? '')) ||
    t('common.empty');
  return (
    <div className="why-input">
      {named ? <b>{say(field) || input.field}</b> : null}
      {change ? (
        <div>
          <span className="before">{text(change.before)}</span> → <b>{text(change.after)}</b>
        </div>
      ) : (
        <div className="muted">{t('why.sinceMade')}</div>
      )}
      <Timeline items={input.chain.map((step) => ({ key: step.commit, content: <Step step={step} /> }))} />
    </div>
  );
}

function Step({ step }: { step: WhyStep }) {
  const { timeZone } = usePlace();
  const actor = useActor();
  const cause = useCauseWords();
  return (
    <div>
      <b>{actor(step.by)}</b> <span className="muted">{cause(step.cause)}</span>
      <div className="muted tab-num">{showMoment(step.at, timeZone)}</div>
    </div>
  );
}
