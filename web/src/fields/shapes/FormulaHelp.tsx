// What a formula can be made of: the fields within reach, and the functions with what they take.
import { SearchOutlined } from '@ant-design/icons';
import { Input, Segmented } from 'antd';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Field } from '@/api/types';
import { type FunctionInfo, functions } from '@/formula';
import { useSay } from '@/i18n/label';
import { type Catalog, isListed, type Owner, ownerBehind } from './formulaNames';
import { signature } from './formulaWords';

const useless = new Set(['id', 'version', 'created_by', 'updated_by']);
const themes = ['logic', 'math', 'text', 'date', 'statistics', 'list', 'china', 'place', 'default'];

interface Reach {
  path: string;
  words: string;
}

/** A field and, one step further, those behind it. */
function reachOf(owner: Owner, catalog: Catalog, say: (f: Field) => string): Reach[] {
  const active = (fields: Field[]) => fields.filter((f) => f.state !== 'retired' && !useless.has(f.key));
  const own = active(owner.fields);
  const sorted = [...own.filter((f) => !f.system), ...own.filter((f) => f.system)];
  return [
    ...sorted.filter((f) => f.type !== 'subform').map((f) => ({ path: f.key, words: say(f) })),
    ...sorted.flatMap((via) =>
      active(isListed(via) && via.type !== 'subform' ? [] : (ownerBehind(via, catalog)?.fields ?? []))
        .filter((f) => !f.system && f.type !== 'subform')
        .map((f) => ({ path: `${via.key}.${f.key}`, words: `${say(via)} · ${say(f)}` })),
    ),
  ];
}

export function FormulaHelp({
  owner,
  catalog,
  onInsert,
}: {
  owner: Owner | undefined;
  catalog: Catalog;
  onInsert: (piece: string) => void;
}) {
  const { t, i18n } = useTranslation();
  const say = useSay();
  const lang = i18n.language === 'zh' ? 'zh' : 'en';
  const [part, setPart] = useState<'fields' | 'functions'>(owner ? 'fields' : 'functions');
  const [search, setSearch] = useState('');
  const wanted = search.trim().toLowerCase();
  const reach = useMemo(() => (owner ? reachOf(owner, catalog, say) : []), [owner, catalog, say]);
  const holds = (...texts: string[]) => texts.some((text) => text.toLowerCase().includes(wanted));
  const fields = reach.filter((r) => holds(r.path, r.words));
  const offered = functions.filter(
    (f) =>
      (owner ? f.class !== 'default' : true) &&
      holds(f.name, ...f.aliases, f.zh, f.en, t(`formula.theme_${f.theme}`)),
  );
  return (
    <div className="formula-help">
      <div className="formula-help-head">
        {owner ? (
          <Segmented
            size="small"
            value={part}
            onChange={(value) => setPart(value as 'fields' | 'functions')}
            options={[
              { value: 'fields', label: t('formula.fields') },
              { value: 'functions', label: t('formula.functions') },
            ]}
          />
        ) : null}
        <Input
          size="small"
          allowClear
          prefix={<SearchOutlined />}
          value={search}
          placeholder={t(part === 'fields' ? 'formula.findField' : 'formula.findFunction')}
          aria-label={t(part === 'fields' ? 'formula.findField' : 'formula.findFunction')}
          onChange={(e) => setSearch(e.target.value)}
        />
      </div>
      <div className="formula-help-list" role="group" aria-label={t(`formula.${part}`)}>
        {part === 'fields'
          ? fields.map((r) => (
              <button key={r.path} type="button" className="formula-piece" onClick={() => onInsert(r.path)}>
                <span>{r.words}</span> <span className="mono muted">{r.path}</span>
              </button>
            ))
          : themes.map((theme) => (
              <Theme
                key={theme}
                theme={theme}
                list={offered.filter((f) => f.theme === theme)}
                lang={lang}
                onInsert={onInsert}
              />
            ))}
        {(part === 'fields' ? fields : offered).length === 0 ? (
          <p className="muted formula-none">{t('common.nothingFound')}</p>
        ) : null}
      </div>
    </div>
  );
}

function Theme({
  theme,
  list,
  lang,
  onInsert,
}: {
  theme: string;
  list: FunctionInfo[];
  lang: 'zh' | 'en';
  onInsert: (piece: string) => void;
}) {
  const { t } = useTranslation();
  if (list.length === 0) return null;
  return (
    <>
      <div className="formula-theme">{t(`formula.theme_${theme}`)}</div>
      {list.map((info) => (
        <button
          key={info.name}
          type="button"
          className="formula-piece formula-function"
          onClick={() => onInsert(`${info.name}()`)}
        >
          <span className="mono">{signature(info, lang)}</span>
          <span className="muted">{info[lang]}</span>
        </button>
      ))}
    </>
  );
}
