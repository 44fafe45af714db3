// How a field of a linked record shows in a table and on a record's page.
export { LookupCell as Cell } from '../shapes/LookupShape';
