// How rows that belong to one record shows in a table and on a record's page.
export { SubformCell as Cell } from '../shapes/SubformShape';
