// Exact decimals as text.
import { describe, expect, it } from 'vitest';
import { cleanDecimal, formatDecimal, isDecimal, plainDecimal, roundDecimal, shiftDecimal } from './decimal';

describe('formatDecimal', () => {
  it.each([
    ['1234567.5', { scale: 2 }, '1,234,567.50'],
    ['-1234.5', { scale: 2 }, '-1,234.50'],
    ['0', { scale: 2 }, '0.00'],
    ['999', {}, '999'],
    ['123456789012345678.1234567891', {}, '123,456,789,012,345,678.1234567891'],
    ['1.500', {}, '1.5'],
    ['1.2345', { scale: 2 }, '1.2345'],
    ['12345', { grouped: false }, '12345'],
    ['1e3', {}, '1,000'],
    ['1.5E-3', {}, '0.0015'],
    [null, {}, ''],
    ['#DIV/0!', {}, '#DIV/0!'],
  ])('shows %s with %o as %s', (value, look, shown) => {
    expect(formatDecimal(value, look)).toBe(shown);
  });

  it('never loses a digit to a float', () => {
    expect(formatDecimal('0.1234567890123456', {})).toBe('0.1234567890123456');
    expect(formatDecimal('99999999999999.99', { scale: 2 })).toBe('99,999,999,999,999.99');
  });
});

it('cleans what people type around digits', () => {
  expect(cleanDecimal(' ￥１，２３４．５０ ')).toBe('1234.50');
  expect(isDecimal('12a')).toBe(false);
  expect(plainDecimal('')).toBeNull();
});

it('rounds half away from zero', () => {
  expect(roundDecimal('1.005', 2)).toBe('1.01');
  expect(roundDecimal('-1.005', 2)).toBe('-1.01');
  expect(roundDecimal('0.004', 2)).toBe('0.00');
  expect(roundDecimal('9.999', 2)).toBe('10.00');
  expect(roundDecimal('12', 2)).toBe('12');
  expect(roundDecimal('1234.5', 0)).toBe('1235');
});

it('moves the point without arithmetic', () => {
  expect(shiftDecimal('0.15', 2)).toBe('15');
  expect(shiftDecimal('15', -2)).toBe('0.15');
  expect(shiftDecimal('-0.005', 2)).toBe('-0.5');
  expect(shiftDecimal('1234', -2)).toBe('12.34');
  expect(shiftDecimal('7', -2)).toBe('0.07');
});
