// How an address of the web shows in a table and on a record's page.
export { OutwardCell as Cell } from '../shapes/SmallShapes';
