// Where a formula is written: checked with every letter, the place of a mistake marked, fields and functions at hand.
import { CheckCircleOutlined, CloseCircleOutlined } from '@ant-design/icons';
import { Input } from 'antd';
import type { TextAreaRef } from 'antd/es/input/TextArea';
import { useMemo, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { check, type Names, type Problem, parse, print, type Type, typeText } from '@/formula';
import { labelOf, useSay } from '@/i18n/label';
import './formula.css';
import { FormulaHelp } from './FormulaHelp';
import { FormulaTry } from './FormulaTry';
import { type Catalog, fieldAt, namesOf, nearNames, noNames, type Owner } from './formulaNames';
import { placeOf, problemWords } from './formulaWords';

export function FormulaInput({
  id,
  value,
  onChange,
  owner,
  catalog,
  label,
  wrong,
}: {
  id: string;
  value: string;
  onChange: (text: string) => void;
  /** Whose fields it may name; absent for a default value, which names none. */
  owner?: Owner;
  catalog: Catalog;
  label: string;
  /** A reason of the caller's why the result will not do. */
  wrong?: (yields: Type) => string | null;
}) {
  const { t, i18n } = useTranslation();
  const say = useSay();
  const lang = i18n.language === 'zh' ? 'zh' : 'en';
  const area = useRef<TextAreaRef>(null);
  const names: Names = useMemo(() => (owner ? namesOf(owner, catalog) : noNames), [owner, catalog]);
  const checked = useMemo(
    () => (value.trim() ? check(value, names, owner ? 'field' : 'default') : null),
    [value, names, owner],
  );
  const read = useMemo(
    () => (owner ? readAloud(value, owner, catalog, lang) : null),
    [value, owner, catalog, lang],
  );
  const problems = checked?.problems ?? [];
  const refused = checked?.formula ? (wrong?.(checked.formula.yields) ?? null) : null;

  function select(from: number, to: number) {
    const element = area.current?.resizableTextArea?.textArea;
    element?.focus();
    element?.setSelectionRange(from, to);
  }

  /** Puts a piece in at the cursor; a function leaves the cursor between its brackets. */
  function insert(piece: string) {
    const element = area.current?.resizableTextArea?.textArea;
    const [from, to] = element
      ? [element.selectionStart, element.selectionEnd]
      : [value.length, value.length];
    onChange(value.slice(0, from) + piece + value.slice(to));
    const cursor = from + piece.length - (piece.endsWith('()') && piece.length > 2 ? 1 : 0);
    requestAnimationFrame(() => select(cursor, cursor));
  }

  function replace({ from, to }: { from: number; to: number }, piece: string) {
    onChange(value.slice(0, from) + piece + value.slice(to));
    requestAnimationFrame(() => select(from + piece.length, from + piece.length));
  }

  const near = (problem: Problem) =>
    owner && problem.code === 'unknown_field' && problem.name && !problem.name.includes('.')
      ? nearNames(owner, problem.name)
      : [];

  const first = problems[0];
  const mark = first ? placeOf(value, first) : null;
  return (
    <div className="formula-input">
      <Input.TextArea
        id={id}
        ref={area}
        className="mono"
        autoSize={{ minRows: 2, maxRows: 8 }}
        value={value}
        spellCheck={false}
        status={problems.length > 0 || refused ? 'error' : undefined}
        aria-label={label}
        aria-describedby={`${id}-state`}
        onChange={(e) => onChange(e.target.value)}
      />
      <div id={`${id}-state`} className="formula-state" aria-live="polite">
        {mark ? (
          <code className="formula-echo">
            {value.slice(0, mark.from)}
            <mark>{value.slice(mark.from, mark.to) || '⎵'}</mark>
            {value.slice(mark.to)}
          </code>
        ) : null}
        {problems.map((problem, n) => {
          const place = placeOf(value, problem);
          return (
            <div key={n}>
              <button type="button" className="formula-problem" onClick={() => select(place.from, place.to)}>
                <CloseCircleOutlined /> {t('formula.at', { n: problem.position })}
                {problemWords(problem, lang, t)}
              </button>
              {near(problem).map((field) => (
                <button
                  key={field.key}
                  type="button"
                  className="link-button formula-near"
                  onClick={() => replace(place, field.key)}
                >
                  {t('formula.meant', { name: say(field) })}
                </button>
              ))}
            </div>
          );
        })}
        {refused ? (
          <span className="formula-problem">
            <CloseCircleOutlined /> {refused}
          </span>
        ) : null}
        {checked?.formula && !refused ? (
          <span className="formula-good">
            <CheckCircleOutlined />{' '}
            {t('formula.yields', { type: t(`formula.type_${plainType(checked.formula.yields)}`) })}
            {read && read !== value.trim() ? <span className="muted"> · {read}</span> : null}
          </span>
        ) : null}
      </div>
      <FormulaHelp owner={owner} catalog={catalog} onInsert={insert} />
      {checked?.formula ? <FormulaTry formula={checked.formula} owner={owner} catalog={catalog} /> : null}
    </div>
  );
}

/** A list shows as the texts of its members. */
export function plainType(yields: Type): string {
  const text = typeText(yields);
  return text.startsWith('[') ? 'text' : text;
}

/** The formula with the fields called as people call them. */
function readAloud(text: string, owner: Owner, catalog: Catalog, lang: string): string | null {
  try {
    return print(parse(text), (path) =>
      path.map((key, n) => {
        const field = fieldAt(path.slice(0, n + 1), owner, catalog)?.field;
        return (field && labelOf(field.label, lang)) || key;
      }),
    );
  } catch {
    return null;
  }
}
