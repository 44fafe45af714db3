// The value of a filter over one person of the company.
export { RefFilter as Filter } from '../shapes/filters';
