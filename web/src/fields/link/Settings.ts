// What a designer sets for records of another object.
export { LinkSettings as Settings } from '../shapes/linkSettings';
