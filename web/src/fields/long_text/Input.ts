// How several lines of text is filled in.
export { LongTextInput as Input } from '../shapes/TextShape';
