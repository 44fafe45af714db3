// How yes or no shows in a table and on a record's page.
export { SwitchCell as Cell } from '../shapes/SmallShapes';
