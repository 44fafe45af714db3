// How several departments is filled in.
export { RefInput as Input } from '../shapes/RefShape';
