// What a designer sets for a time of day.
export { DateSettings as Settings } from '../shapes/settings';
