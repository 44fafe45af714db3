// How rows that belong to one record is filled in.
export { SubformInput as Input } from '../shapes/SubformShape';
