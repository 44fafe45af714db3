// The value of a filter over a point on the map.
export { NoFilter as Filter } from '../shapes/filters';
