// The value of a filter over yes or no.
export { SwitchFilter as Filter } from '../shapes/filters';
