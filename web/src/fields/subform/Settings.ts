// What a designer sets for rows that belong to one record.
export { SubformSettings as Settings } from '../shapes/SubformSettings';
