// The value of a filter over one department.
export { RefFilter as Filter } from '../shapes/filters';
