// How stars is filled in.
export { RatingInput as Input } from '../shapes/SmallShapes';
