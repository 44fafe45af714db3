// How records of another object is filled in.
export { RefInput as Input } from '../shapes/RefShape';
