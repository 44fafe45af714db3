// How a postal address shows in a table and on a record's page.
export { AddressCell as Cell } from '../shapes/AddressShape';
