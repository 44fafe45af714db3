// What a designer sets for an address of the web.
export { NoSettings as Settings } from '../shapes/settings';
