// How a point on the map shows in a table and on a record's page.
export { LocationCell as Cell } from '../shapes/SmallShapes';
