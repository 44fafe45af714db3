// How a moment is filled in.
export { DateInput as Input } from '../shapes/DateShape';
