// What a designer sets for what a formula yields.
export { FormulaSettings as Settings } from '../shapes/linkSettings';
