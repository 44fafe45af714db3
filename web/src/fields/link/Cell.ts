// How records of another object shows in a table and on a record's page.
export { RefCell as Cell } from '../shapes/RefShape';
