// What a designer sets for a number the server counts.
export { SerialSettings as Settings } from '../shapes/SerialSettings';
