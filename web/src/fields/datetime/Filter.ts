// The value of a filter over a moment.
export { DateFilter as Filter } from '../shapes/filters';
