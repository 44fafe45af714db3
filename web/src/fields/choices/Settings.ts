// What a designer sets for several of several options.
export { ChoiceSettings as Settings } from '../shapes/OptionEditor';
