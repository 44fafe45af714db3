// How an e-mail address is filled in.
export { TextInput as Input } from '../shapes/TextShape';
