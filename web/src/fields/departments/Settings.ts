// What a designer sets for several departments.
export { NoSettings as Settings } from '../shapes/settings';
