// What a designer sets for stars.
export { RatingSettings as Settings } from '../shapes/settings';
