// What a designer sets for free tags.
export { ChoiceSettings as Settings } from '../shapes/OptionEditor';
