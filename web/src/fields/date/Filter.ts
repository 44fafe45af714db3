// The value of a filter over a day.
export { DateFilter as Filter } from '../shapes/filters';
