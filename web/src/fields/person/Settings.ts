// What a designer sets for one person of the company.
export { NoSettings as Settings } from '../shapes/settings';
