// Chance and the current person: for default values only. The seed is handed in, so a run can be repeated.
import { Decimal } from '../decimal';
import type { Machine, Theme } from '../machine';
import { fault, Ref, textValue } from '../values';

function word(n: bigint): bigint {
  return BigInt.asUintN(64, n);
}

/** The next 64 random bits (splitmix64). */
function roll(machine: Machine): bigint {
  machine.dice = word(machine.dice + 0x9e3779b97f4a7c15n);
  const state = machine.dice;
  const once = word((state ^ (state >> 30n)) * 0xbf58476d1ce4e5b9n);
  const twice = word((once ^ (once >> 27n)) * 0x94d049bb133111ebn);
  return twice ^ (twice >> 31n);
}

/** A random whole number below `bound`. */
function below(machine: Machine, bound: bigint): bigint {
  return (roll(machine) * bound) >> 64n;
}

export const chance: Theme = {
  plain: {
    RAND: ({ machine }) => Decimal.fitted(below(machine, 10n ** 15n), 15),
    RANDBETWEEN: (args) => {
      const [low, high] = [args.number(0).round(0).whole(), args.number(1).floor().whole()];
      const span = high - low + 1n;
      if (span <= 0n || BigInt.asIntN(64, span) !== span) return fault('#NUM!');
      return Decimal.of(low + below(args.machine, span));
    },
    UUID: ({ machine }) => {
      const hex = ((roll(machine) << 64n) | roll(machine)).toString(16).padStart(32, '0');
      const variant = ((Number.parseInt(hex.charAt(16), 16) & 3) | 8).toString(16);
      const parts = [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, variant + hex.slice(17, 20)];
      return [...parts, hex.slice(20)].join('-');
    },
    ME: ({ machine }) => (machine.around.me ? new Ref(machine.around.me.id) : null),
    GETUSERNAME: ({ machine }) => textValue(machine.around.me?.name ?? ''),
    TEXTDEPT: ({ machine }) => textValue(machine.around.me?.department ?? ''),
  },
};
