// How a telephone number is filled in.
export { TextInput as Input } from '../shapes/TextShape';
