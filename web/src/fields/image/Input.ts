// How pictures is filled in.
export { FileInput as Input } from '../shapes/FileShape';
