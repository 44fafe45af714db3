// How a time of day is filled in.
export { TimeInput as Input } from '../shapes/DateShape';
