// Conditions and choices between values.
import { number, truth } from '../convert';
import { Decimal } from '../decimal';
import type { Machine, Theme } from '../machine';
import type { Expr } from '../types';
import { CellError, Day, fault, Instant, itemsOf, type Value } from '../values';

function branch(machine: Machine, operand: Expr | undefined): Value {
  return operand ? machine.value(operand) : null;
}

function holds(machine: Machine, condition: Expr | undefined): boolean {
  return truth(branch(machine, condition));
}

/** Asks something of the value of the only operand, whatever it is. */
function asks(question: (value: Value) => boolean) {
  return (machine: Machine, [operand]: Expr[]): Value => question(branch(machine, operand));
}

function isNa(value: Value): boolean {
  return value instanceof CellError && value.text === '#N/A';
}

export const logic: Theme = {
  lazy: {
    IF: (machine, [condition, yes, no]) => branch(machine, holds(machine, condition) ? yes : no),
    IFS: (machine, operands) => {
      for (let n = 0; n < operands.length; n += 2) {
        if (holds(machine, operands[n])) return branch(machine, operands[n + 1]);
      }
      return fault('#N/A');
    },
    SWITCH: (machine, [of, ...rest]) => {
      const subject = branch(machine, of);
      for (let n = 0; n < rest.length; n += 2) {
        if (n === rest.length - 1) return branch(machine, rest[n]);
        if (machine.order(subject, branch(machine, rest[n])) === 0) return branch(machine, rest[n + 1]);
      }
      return fault('#N/A');
    },
    CHOOSE: (machine, [which, ...rest]) => {
      const chosen = rest[Number(number(branch(machine, which)).whole()) - 1];
      return chosen ? branch(machine, chosen) : fault('#VALUE!');
    },
    ISBLANK: asks((value) => itemsOf(value).length === 0),
    ISERROR: asks((value) => value instanceof CellError),
    ISNA: asks(isNa),
    ISNUMBER: asks((value) => value instanceof Decimal),
    ISTEXT: asks((value) => typeof value === 'string'),
    ISLOGICAL: asks((value) => typeof value === 'boolean'),
    ISDATE: asks((value) => value instanceof Day || value instanceof Instant),
    IFERROR: (machine, [of, otherwise]) => {
      const value = branch(machine, of);
      return value instanceof CellError ? branch(machine, otherwise) : value;
    },
    IFNA: (machine, [of, otherwise]) => {
      const value = branch(machine, of);
      return isNa(value) ? branch(machine, otherwise) : value;
    },
  },
  plain: {
    AND: ({ values }) => values.map(truth).every(Boolean),
    OR: ({ values }) => values.map(truth).some(Boolean),
    XOR: ({ values }) => values.map(truth).filter(Boolean).length % 2 === 1,
    NOT: (args) => !args.truth(0),
    TRUE: () => true,
    FALSE: () => false,
    COALESCE: ({ values }) => values.find((value) => value !== null) ?? null,
    NA: () => fault('#N/A'),
  },
};
