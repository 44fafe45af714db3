// How an address of the web is filled in.
export { TextInput as Input } from '../shapes/TextShape';
