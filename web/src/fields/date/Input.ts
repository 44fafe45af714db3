// How a day is filled in.
export { DateInput as Input } from '../shapes/DateShape';
