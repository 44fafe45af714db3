// What a designer sets for an e-mail address.
export { NoSettings as Settings } from '../shapes/settings';
