// Words for formulas: what a function takes and gives, what is wrong and where.
import type { FunctionInfo, Problem } from '@/formula';

type Lang = 'zh' | 'en';

const letters: Record<string, Record<Lang, string>> = {
  n: { zh: '数字', en: 'number' },
  N: { zh: '数字', en: 'numbers' },
  t: { zh: '文本', en: 'text' },
  '&': { zh: '文本', en: 'text' },
  b: { zh: '条件', en: 'condition' },
  d: { zh: '日期', en: 'date' },
  m: { zh: '日期或时间', en: 'date or time' },
  a: { zh: '值', en: 'value' },
  x: { zh: '值', en: 'value' },
  l: { zh: '列表', en: 'list' },
  j: { zh: '位置', en: 'place' },
  C: { zh: '数字或日期', en: 'numbers or dates' },
};

/** `IF(条件, 值, [值])`: what may be left out stands in brackets, what may go on ends in dots. */
export function signature(info: FunctionInfo, lang: Lang): string {
  const groups = info.parameters.split(' ').filter(Boolean);
  const parts = groups.flatMap((group) => {
    const end = group.at(-1) ?? '';
    const words = Array.from(group.replace(/[?*+,]/g, ''), (l) => letters[l]?.[lang] ?? l);
    if (end === '?') return words.map((w) => `[${w}]`);
    if (end === '*') return [`[${words.join(', ')}]…`];
    return end === '+' ? [...words.slice(0, -1), `${words.at(-1)}…`] : words;
  });
  return `${info.name}(${parts.join(', ')})`;
}

/** The piece of the text a problem points at: a name or a number as a whole, else one character. */
export function placeOf(text: string, problem: Problem): { from: number; to: number } {
  const characters = Array.from(text);
  const start = Math.min(Math.max(problem.position - 1, 0), characters.length);
  let end = start;
  const isName = (c: string | undefined) => c !== undefined && /[\p{L}\p{N}_.]/u.test(c);
  while (isName(characters[end])) end += 1;
  if (end === start) end = Math.min(start + 1, characters.length);
  const units = (n: number) => characters.slice(0, n).join('').length;
  return { from: units(start), to: units(end) };
}

export function problemWords(
  problem: Problem,
  lang: Lang,
  t: (key: string, values?: Record<string, unknown>) => string,
): string {
  if (problem.hint) return problem.hint[lang];
  return t(`formula.${problem.code}`, { name: problem.name ?? '' });
}
