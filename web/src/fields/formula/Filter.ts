// The value of a filter over what a formula yields.
export { ComputedFilter as Filter } from '../shapes/LookupShape';
