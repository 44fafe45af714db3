// What a designer sets for a day.
export { DateSettings as Settings } from '../shapes/settings';
