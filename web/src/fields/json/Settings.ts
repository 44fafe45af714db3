// What a designer sets for free structure kept by programs.
export { NoSettings as Settings } from '../shapes/settings';
