// How text with bold, lists and links shows in a table and on a record's page.
export { RichCell as Cell } from '../shapes/RichShape';
