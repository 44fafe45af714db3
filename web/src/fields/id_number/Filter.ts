// The value of a filter over the number of an identity document.
export { TextFilter as Filter } from '../shapes/filters';
