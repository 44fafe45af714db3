// How text with bold, lists and links is filled in.
export { RichInput as Input } from '../shapes/RichShape';
