// The value of a filter over pictures.
export { NoFilter as Filter } from '../shapes/filters';
