// What each function of the table does.
import type { Lazy, Plain, Theme } from '../machine';
import { chance } from './chance';
import { china } from './china';
import { date } from './date';
import { list } from './list';
import { logic } from './logic';
import { math } from './math';
import { place } from './place';
import { science } from './science';
import { statistics } from './statistics';
import { text } from './text';
import { workdays } from './workdays';

const ALL: Theme[] = [logic, math, science, statistics, text, date, workdays, list, china, place, chance];

/** By the name of the function. */
export const themes: { plain: Record<string, Plain>; lazy: Record<string, Lazy> } = {
  plain: Object.assign({}, ...ALL.map((theme) => theme.plain)),
  lazy: Object.assign({}, ...ALL.map((theme) => theme.lazy)),
};
