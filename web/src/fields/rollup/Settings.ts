// What a designer sets for a sum over linked records.
export { RollupSettings as Settings } from '../shapes/linkSettings';
