// The value of a filter over one of several options.
export { ChoiceFilter as Filter } from '../shapes/filters';
