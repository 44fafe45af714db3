// The value of a filter over a sum over linked records.
export { NumberFilter as Filter } from '../shapes/filters';
