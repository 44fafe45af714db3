// What a designer sets for a postal address.
export { AddressSettings as Settings } from '../shapes/settings';
