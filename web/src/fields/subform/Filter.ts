// The value of a filter over rows that belong to one record.
export { NoFilter as Filter } from '../shapes/filters';
