// What a designer sets for a point on the map.
export { NoSettings as Settings } from '../shapes/settings';
