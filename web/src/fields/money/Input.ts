// How an amount of money is filled in.
export { NumberInput as Input } from '../shapes/NumberShape';
