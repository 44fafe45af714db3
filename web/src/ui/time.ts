// Days and moments: shown in the person's time zone, kept as UTC.
import dayjs, { type Dayjs } from 'dayjs';
import 'dayjs/locale/zh-cn';
import customParseFormat from 'dayjs/plugin/customParseFormat';
import relativeTime from 'dayjs/plugin/relativeTime';
import timezone from 'dayjs/plugin/timezone';
import updateLocale from 'dayjs/plugin/updateLocale';
import utc from 'dayjs/plugin/utc';

dayjs.extend(utc);
dayjs.extend(timezone);
dayjs.extend(updateLocale);
dayjs.extend(customParseFormat);
dayjs.extend(relativeTime);
// Weeks begin on Monday for everybody, as they do on the server.
dayjs.updateLocale('en', { weekStart: 1 });

export const DATE = 'YYYY-MM-DD';
export const MINUTE = 'YYYY-MM-DD HH:mm';

export function useDayLanguage(lang: string): void {
  dayjs.locale(lang === 'zh' ? 'zh-cn' : 'en');
}

/** A moment as the clock on the person's wall shows it, in a Dayjs that pickers understand. */
export function wallClock(moment: string, zone: string): Dayjs {
  return dayjs(dayjs.utc(moment).tz(zone).format('YYYY-MM-DDTHH:mm:ss'));
}

/** The moment that a wall clock in that zone means, in UTC. */
export function momentOf(wall: Dayjs, zone: string): string {
  return dayjs.tz(wall.format('YYYY-MM-DDTHH:mm:ss'), zone).utc().format('YYYY-MM-DDTHH:mm:ss[Z]');
}

export function showMoment(moment: unknown, zone: string, format = MINUTE): string {
  if (typeof moment !== 'string' || !moment) return '';
  const read = dayjs.utc(moment);
  return read.isValid() ? read.tz(zone).format(format) : moment;
}

export function showAgo(moment: string): string {
  return dayjs.utc(moment).local().fromNow();
}

export function showDuration(seconds: number): string {
  const s = Math.max(0, Math.round(seconds));
  const parts = [Math.floor(s / 3600), Math.floor((s % 3600) / 60), s % 60];
  return (parts[0] ? parts : parts.slice(1)).map((p) => String(p).padStart(2, '0')).join(':');
}

export type { Dayjs };
export { dayjs };
