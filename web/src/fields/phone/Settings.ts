// What a designer sets for a telephone number.
export { PhoneSettings as Settings } from '../shapes/settings';
