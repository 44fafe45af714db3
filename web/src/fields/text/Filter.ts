// The value of a filter over one line of text.
export { TextFilter as Filter } from '../shapes/filters';
