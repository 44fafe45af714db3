// What a designer sets for a field of a linked record.
export { LookupSettings as Settings } from '../shapes/linkSettings';
