// The value of a filter over a number the server counts.
export { TextFilter as Filter } from '../shapes/filters';
