// All word lists together.
import { type Pairs, side, type Tree } from '../split';
import { designWords } from './design';
import { fieldWords } from './fields';
import { importWords } from './imports';
import { peopleWords } from './people';
import { recordWords } from './records';
import { shellWords } from './shell';

export const pairs: Pairs = {
  ...shellWords,
  ...fieldWords,
  ...recordWords,
  ...importWords,
  ...designWords,
  ...peopleWords,
};

export function lists(): { zh: Tree; en: Tree } {
  return { zh: side(pairs, 0), en: side(pairs, 1) };
}
