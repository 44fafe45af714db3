// How yes or no is filled in.
export { SwitchInput as Input } from '../shapes/SmallShapes';
