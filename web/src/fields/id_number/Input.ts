// How the number of an identity document is filled in.
export { TextInput as Input } from '../shapes/TextShape';
