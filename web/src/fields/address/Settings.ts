// What a designer sets for a postal address.
export { NoSettings as Settings } from '../shapes/settings';
