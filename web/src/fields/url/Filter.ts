// The value of a filter over an address of the web.
export { TextFilter as Filter } from '../shapes/filters';
