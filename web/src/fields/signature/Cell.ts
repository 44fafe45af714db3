// How a signature by hand shows in a table and on a record's page.
export { ImageCell as Cell } from '../shapes/FileShape';
