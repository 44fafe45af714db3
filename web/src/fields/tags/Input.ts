// How free tags is filled in.
export { ChoicesInput as Input } from '../shapes/ChoiceShape';
