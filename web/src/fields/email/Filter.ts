// The value of a filter over an e-mail address.
export { TextFilter as Filter } from '../shapes/filters';
