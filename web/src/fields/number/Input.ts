// How an exact number is filled in.
export { NumberInput as Input } from '../shapes/NumberShape';
