// The value of a filter over text with bold, lists and links.
export { TextFilter as Filter } from '../shapes/filters';
