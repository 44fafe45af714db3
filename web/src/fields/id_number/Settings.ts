// What a designer sets for the number of an identity document.
export { IdNumberSettings as Settings } from '../shapes/settings';
