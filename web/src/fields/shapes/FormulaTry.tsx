// A formula tried on a record that is there: what goes in, and what comes out.
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useRecords } from '@/api/queries/records';
import { useMe } from '@/api/queries/session';
import type { Field, Rec, Ref, Value } from '@/api/types';
import { evaluate, type Formula } from '@/formula';
import { useSay } from '@/i18n/label';
import { usePlace } from '@/ui/place';
import { kindOf } from '../registry';
import { ComputedCell } from './ComputedShape';
import { type Catalog, fieldAt, fieldNamed, type Owner } from './formulaNames';
import { fitted, liveRow, shownAs } from './live';
import { RefPicker, titleField, titleOf } from './RefPicker';

const MOST_INPUTS = 6;

export function FormulaTry({
  formula,
  owner,
  catalog,
}: {
  formula: Formula;
  owner: Owner | undefined;
  catalog: Catalog;
}) {
  if (!owner) return <Outcome formula={formula} row={() => null} />;
  // The rows of a subform have no list to take a sample from.
  return catalog.has(owner.key) ? <OnRecord {...{ formula, owner, catalog }} /> : null;
}

function OnRecord({ formula, owner, catalog }: { formula: Formula; owner: Owner; catalog: Catalog }) {
  const { t } = useTranslation();
  const say = useSay();
  const place = usePlace();
  const object = catalog.get(owner.key);
  const [chosen, setChosen] = useState<Ref | null>(null);
  const paths = formula.references.map((path) =>
    fieldNamed(owner, path[0] ?? '')?.type === 'subform' ? (path[0] ?? '') : path.join('.'),
  );
  const { data, error } = useRecords(owner.key, {
    filter: chosen ? { field: 'id', op: 'eq', value: chosen.id } : null,
    fields: [...new Set([titleField(object), ...paths])],
    sort: [{ field: 'updated_at', dir: 'desc' }],
    limit: 1,
  });
  const record = data?.records[0];
  if (error || (data && !record)) return <p className="muted formula-try">{t('formula.noSample')}</p>;
  if (!record) return null;
  const inputs = formula.references.flatMap((path) => {
    const found = fieldAt(path, owner, catalog);
    return found ? [{ path, field: found.field }] : [];
  });
  const valueAt = (path: string[]) => valueIn(record, path, owner, catalog, place.timeZone);
  const text = (field: Field, value: Value) =>
    (Array.isArray(value) && field.type !== 'choices' && field.type !== 'tags'
      ? value.map((v) => kindOf(field).toText(v, field, place)).join(', ')
      : kindOf(field).toText(value, field, place)) || t('common.empty');
  return (
    <div className="formula-try">
      <div className="formula-try-head">
        <span className="muted">{t('formula.tryOn')}</span>
        <RefPicker
          to={owner.key}
          value={[chosen ?? { id: record.id, title: titleOf(record, object) }]}
          onChange={(refs) => setChosen(refs[0] ?? null)}
          label={t('formula.tryOn')}
        />
      </div>
      {inputs.length > 0 ? (
        <div className="formula-inputs">
          {inputs.slice(0, MOST_INPUTS).map(({ path, field }) => (
            <span key={path.join('.')}>
              <span className="muted">{say(field)}</span> {text(field, valueAt(path))}
            </span>
          ))}
        </div>
      ) : null}
      <Outcome formula={formula} row={valueAt} />
    </div>
  );
}

function Outcome({ formula, row }: { formula: Formula; row: (path: string[]) => Value }) {
  const { t } = useTranslation();
  const { timeZone } = usePlace();
  const me = useMe().data;
  const field = shownAs({ key: 'try', type: 'formula' }, formula);
  const now = useMemo(() => new Date(), []);
  const value = fitted(
    field,
    formula,
    evaluate(
      formula,
      { get: row },
      {
        now,
        zone: timeZone,
        dice: 7n,
        me: me ? { id: me.id, name: me.name, department: me.department?.title } : undefined,
      },
    ),
  );
  const empty = value === null || value === undefined || value === '';
  const isMe = me && value === me.id;
  return (
    <div className="formula-outcome">
      <span className="muted">{t('formula.outcome')}</span>{' '}
      <output>
        {empty ? t('common.empty') : isMe ? me.name : <ComputedCell field={field} value={value} />}
      </output>
    </div>
  );
}

function valueIn(record: Rec, path: string[], owner: Owner, catalog: Catalog, zone: string): Value {
  const [first = '', ...rest] = path;
  const field = fieldNamed(owner, first);
  if (field?.type !== 'subform' || rest.length === 0) return record[path.join('.')] ?? null;
  const rows = Array.isArray(record[first]) ? (record[first] as Record<string, Value>[]) : [];
  const key = rest[0] ?? '';
  return rows.map((row) => {
    if (row[key] !== undefined) return row[key];
    const live = liveRow(field, row, { catalog, zone, now: new Date() }).get(key);
    return live && live !== 'later' ? live.value : null;
  });
}
