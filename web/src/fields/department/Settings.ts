// What a designer sets for one department.
export { NoSettings as Settings } from '../shapes/settings';
