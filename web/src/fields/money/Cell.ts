// How an amount of money shows in a table and on a record's page.
export { NumberCell as Cell } from '../shapes/NumberShape';
