// The value of a filter over attachments.
export { NoFilter as Filter } from '../shapes/filters';
