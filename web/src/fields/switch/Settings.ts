// What a designer sets for yes or no.
export { NoSettings as Settings } from '../shapes/settings';
