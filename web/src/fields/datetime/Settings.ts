// What a designer sets for a moment.
export { DateSettings as Settings } from '../shapes/settings';
