// How one person of the company shows in a table and on a record's page.
export { RefCell as Cell } from '../shapes/RefShape';
