// What a designer sets for an amount of money.
export { MoneySettings as Settings } from '../shapes/settings';
