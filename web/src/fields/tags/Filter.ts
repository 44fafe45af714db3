// The value of a filter over free tags.
export { TextFilter as Filter } from '../shapes/filters';
