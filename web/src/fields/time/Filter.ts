// The value of a filter over a time of day.
export { DateFilter as Filter } from '../shapes/filters';
