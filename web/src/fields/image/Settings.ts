// What a designer sets for pictures.
export { FileSettings as Settings } from '../shapes/settings';
