// How several people of the company is filled in.
export { RefInput as Input } from '../shapes/RefShape';
