// The value of a filter over several lines of text.
export { TextFilter as Filter } from '../shapes/filters';
