// What only China needs: amounts in capital numerals, identity numbers.
import { dayOf } from '../clock';
import { fold } from '../convert';
import { Decimal } from '../decimal';
import type { Arguments, Theme } from '../machine';
import { Emptiness, fault } from '../values';

const DIGITS = Array.from('零壹贰叁肆伍陆柒捌玖');

function digit(n: bigint): string {
  return DIGITS[Number(n)] ?? '';
}

/** Four digits in words; a gap within them is told by one 零. */
function group(n: bigint): string {
  let [words, gap] = ['', false];
  for (const [unit, name] of [
    [1000n, '仟'],
    [100n, '佰'],
    [10n, '拾'],
    [1n, ''],
  ] as const) {
    const one = (n / unit) % 10n;
    if (one === 0n) {
      gap = words !== '';
      continue;
    }
    words += (gap ? '零' : '') + digit(one) + name;
    gap = false;
  }
  return words;
}

const GROUPS = [
  [10n ** 12n, '万'],
  [10n ** 8n, '亿'],
  [10n ** 4n, '万'],
  [1n, ''],
] as const;

/** A whole number below 10^16 in words. */
function wholeWords(n: bigint): string {
  let [words, gap] = ['', false];
  for (const [unit, name] of GROUPS) {
    const four = (n / unit) % 10_000n;
    if (four === 0n) {
      // 亿 is said even where its own four digits are nought: 壹万亿.
      if (name === '亿' && words !== '') words += '亿';
      gap = words !== '';
      continue;
    }
    if (words !== '' && (gap || four < 1000n)) words += '零';
    gap = false;
    words += group(four) + name;
  }
  return words;
}

function capitalAmount(args: Arguments): string {
  const amount = args.number(0).round(2);
  const cents = amount.abs().multiply(Decimal.of(100)).mantissa;
  if (cents >= 10n ** 18n) return fault('#NUM!');
  if (cents === 0n) return '零元整';
  const [whole, tenth, cent] = [cents / 100n, (cents / 10n) % 10n, cents % 10n];
  const sign = amount.isNegative() ? '负' : '';
  const yuan = whole > 0n ? `${wholeWords(whole)}元` : '';
  if (tenth === 0n && cent === 0n) return `${sign}${yuan}整`;
  if (tenth === 0n) return `${sign}${yuan}${whole > 0n ? '零' : ''}${digit(cent)}分`;
  return `${sign}${yuan}${digit(tenth)}角${cent === 0n ? '整' : `${digit(cent)}分`}`;
}

const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];

/** An identity number of 18 digits whose check digit is right, or an old one of 15. */
function idCard(args: Arguments): string {
  const card = fold(args.text(0));
  if (card === '') throw new Emptiness();
  if (/^\d{15}$/.test(card)) return card;
  if (!/^\d{17}[\dx]$/.test(card)) return fault('#VALUE!');
  const sum = WEIGHTS.reduce((sum, weight, n) => sum + weight * Number(card.charAt(n)), 0);
  return '10x98765432'.charAt(sum % 11) === card.charAt(17) ? card : fault('#VALUE!');
}

/** The first two digits, GB/T 2260. */
const PROVINCES: Record<string, string> = {
  11: '北京市',
  12: '天津市',
  13: '河北省',
  14: '山西省',
  15: '内蒙古自治区',
  21: '辽宁省',
  22: '吉林省',
  23: '黑龙江省',
  31: '上海市',
  32: '江苏省',
  33: '浙江省',
  34: '安徽省',
  35: '福建省',
  36: '江西省',
  37: '山东省',
  41: '河南省',
  42: '湖北省',
  43: '湖南省',
  44: '广东省',
  45: '广西壮族自治区',
  46: '海南省',
  50: '重庆市',
  51: '四川省',
  52: '贵州省',
  53: '云南省',
  54: '西藏自治区',
  61: '陕西省',
  62: '甘肃省',
  63: '青海省',
  64: '宁夏回族自治区',
  65: '新疆维吾尔自治区',
  71: '台湾省',
  81: '香港特别行政区',
  82: '澳门特别行政区',
};

export const china: Theme = {
  plain: {
    RMBCAP: capitalAmount,
    IDCARDSEX: (args) => {
      const card = idCard(args);
      return Number(card.charAt(card.length === 18 ? 16 : 14)) % 2 === 1 ? '男' : '女';
    },
    IDCARDBIRTHDAY: (args) => {
      const card = idCard(args);
      const written = card.length === 18 ? card.slice(6, 14) : `19${card.slice(6, 12)}`;
      const n = (from: number, to: number) => Number(written.slice(from, to));
      return dayOf(n(0, 4), n(4, 6), n(6, 8)) ?? fault('#VALUE!');
    },
    IDCARDPROVINCE: (args) => PROVINCES[idCard(args).slice(0, 2)] ?? fault('#N/A'),
  },
};
