// Words for formulas.
import { expect, it } from 'vitest';
import { functions } from '@/formula';
import { placeOf, signature } from './formulaWords';

const info = (name: string) => {
  const found = functions.find((f) => f.name === name);
  if (!found) throw new Error(name);
  return found;
};

it('says what a function takes', () => {
  expect(signature(info('IF'), 'zh')).toBe('IF(条件, 值, [值])');
  expect(signature(info('SUM'), 'en')).toBe('SUM(numbers…)');
  expect(signature(info('SUMIFS'), 'en')).toBe('SUMIFS(numbers, list, value…)');
  expect(signature(info('TODAY'), 'zh')).toBe('TODAY()');
  expect(signature(info('SWITCH'), 'en')).toBe('SWITCH(value, value, value, [value]…)');
});

it('marks the whole name a mistake stands at', () => {
  const at = (text: string, position: number) => {
    const { from, to } = placeOf(text, { code: 'unknown_field', position });
    return text.slice(from, to);
  };
  expect(at('金额 + 利润', 6)).toBe('利润');
  expect(at('a * + b', 5)).toBe('+');
  expect(at('a +', 4)).toBe('');
  // Characters beyond the first plane count as one.
  expect(at('"𠮷" & foo', 7)).toBe('foo');
});
