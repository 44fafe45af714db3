// The value of a filter over several people of the company.
export { RefFilter as Filter } from '../shapes/filters';
