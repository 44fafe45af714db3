// How attachments shows in a table and on a record's page.
export { FileCell as Cell } from '../shapes/FileShape';
