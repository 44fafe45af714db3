// The value of a filter over several of several options.
export { ChoiceFilter as Filter } from '../shapes/filters';
