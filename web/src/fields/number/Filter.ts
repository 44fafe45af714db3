// The value of a filter over an exact number.
export { NumberFilter as Filter } from '../shapes/filters';
