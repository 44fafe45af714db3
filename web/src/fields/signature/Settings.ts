// What a designer sets for a signature by hand.
export { NoSettings as Settings } from '../shapes/settings';
