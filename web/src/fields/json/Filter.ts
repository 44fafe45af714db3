// The value of a filter over free structure kept by programs.
export { NoFilter as Filter } from '../shapes/filters';
