// The value of a filter over a field of a linked record.
export { LookupFilter as Filter } from '../shapes/LookupShape';
