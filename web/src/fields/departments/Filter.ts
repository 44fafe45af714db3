// The value of a filter over several departments.
export { RefFilter as Filter } from '../shapes/filters';
