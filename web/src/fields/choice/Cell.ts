// How one of several options shows in a table and on a record's page.
export { ChoiceCell as Cell } from '../shapes/ChoiceShape';
