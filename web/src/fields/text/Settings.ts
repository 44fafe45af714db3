// What a designer sets for one line of text.
export { TextSettings as Settings } from '../shapes/settings';
