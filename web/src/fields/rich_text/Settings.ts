// What a designer sets for text with bold, lists and links.
export { NoSettings as Settings } from '../shapes/settings';
