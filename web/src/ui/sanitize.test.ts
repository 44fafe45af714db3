// Rich text from outside cannot bring anything that acts.
import { expect, it } from 'vitest';
import { plainText, sanitize } from './sanitize';

it('keeps plain structure', () => {
  expect(sanitize('<p>Hello <b>you</b></p>')).toBe('<p>Hello <b>you</b></p>');
});

it('drops whatever acts', () => {
  expect(sanitize('<script>alert(1)</script>ok')).toBe('ok');
  expect(sanitize('<p onclick="x()">a</p>')).toBe('<p>a</p>');
  expect(sanitize('<a href="javascript:x()">a</a>')).not.toContain('javascript');
  expect(sanitize('<img src="https://evil.test/p.gif">')).toBe('');
  expect(sanitize('<iframe src="/x"></iframe><marquee>a</marquee>')).toBe('a');
});

it('reads text out of it', () => {
  expect(plainText('<p>a &amp; b</p>')).toBe('a & b');
});
