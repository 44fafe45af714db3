// How one line of text is filled in.
export { TextInput as Input } from '../shapes/TextShape';
