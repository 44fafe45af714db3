// How what a formula yields shows in a table and on a record's page.
export { ComputedCell as Cell } from '../shapes/ComputedShape';
