// Days and moments do not shift between the wall clock and UTC.
import { expect, it } from 'vitest';
import { dayjs, momentOf, showDuration, showMoment, wallClock } from './time';

it('shows a moment in the zone of the reader', () => {
  expect(showMoment('2026-01-31T16:30:00Z', 'Asia/Shanghai')).toBe('2026-02-01 00:30');
  expect(showMoment('2026-01-31T16:30:00Z', 'America/New_York')).toBe('2026-01-31 11:30');
  expect(showMoment(null, 'UTC')).toBe('');
});

it('reads back what it shows', () => {
  for (const zone of ['Asia/Shanghai', 'Europe/Berlin', 'UTC']) {
    const moment = '2026-07-01T22:15:00Z';
    expect(momentOf(wallClock(moment, zone), zone)).toBe(moment);
  }
});

it('begins weeks on Monday', () => {
  expect(dayjs('2026-11-22').startOf('week').format('YYYY-MM-DD')).toBe('2026-11-16');
});

it('says how long', () => {
  expect(showDuration(75)).toBe('01:15');
  expect(showDuration(3675)).toBe('01:01:15');
});
