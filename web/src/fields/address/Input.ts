// How a postal address is filled in.
export { AddressInput as Input } from '../shapes/AddressShape';
