// The value of a filter over a signature by hand.
export { NoFilter as Filter } from '../shapes/filters';
