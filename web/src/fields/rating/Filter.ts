// The value of a filter over stars.
export { NumberFilter as Filter } from '../shapes/filters';
