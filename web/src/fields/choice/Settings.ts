// What a designer sets for one of several options.
export { ChoiceSettings as Settings } from '../shapes/OptionEditor';
