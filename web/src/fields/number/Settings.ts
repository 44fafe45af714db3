// What a designer sets for an exact number.
export { NumberSettings as Settings } from '../shapes/settings';
