// The value of a filter over a postal address.
export { TextFilter as Filter } from '../shapes/filters';
