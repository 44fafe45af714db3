// How one department is filled in.
export { RefInput as Input } from '../shapes/RefShape';
