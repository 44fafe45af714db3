// What a designer sets for several people of the company.
export { NoSettings as Settings } from '../shapes/settings';
