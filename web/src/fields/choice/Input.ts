// How one of several options is filled in.
export { ChoiceInput as Input } from '../shapes/ChoiceShape';
