// How a number the server counts shows in a table and on a record's page.
export { TextCell as Cell } from '../shapes/TextShape';
