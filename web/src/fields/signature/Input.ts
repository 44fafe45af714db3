// How a signature by hand is filled in.
export { SignatureInput as Input } from '../shapes/FileShape';
