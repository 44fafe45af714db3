// How a telephone number shows in a table and on a record's page.
export { OutwardCell as Cell } from '../shapes/SmallShapes';
