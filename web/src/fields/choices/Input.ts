// How several of several options is filled in.
export { ChoicesInput as Input } from '../shapes/ChoiceShape';
