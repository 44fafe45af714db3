// How a point on the map is filled in.
export { LocationInput as Input } from '../shapes/SmallShapes';
