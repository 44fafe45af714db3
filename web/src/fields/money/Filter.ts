// The value of a filter over an amount of money.
export { NumberFilter as Filter } from '../shapes/filters';
