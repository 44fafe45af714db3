// The value of a filter over records of another object.
export { RefFilter as Filter } from '../shapes/filters';
