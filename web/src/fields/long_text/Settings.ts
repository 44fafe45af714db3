// What a designer sets for several lines of text.
export { LongTextSettings as Settings } from '../shapes/settings';
