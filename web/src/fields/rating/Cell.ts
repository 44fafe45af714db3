// How stars shows in a table and on a record's page.
export { RatingCell as Cell } from '../shapes/SmallShapes';
