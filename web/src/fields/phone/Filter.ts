// The value of a filter over a telephone number.
export { TextFilter as Filter } from '../shapes/filters';
