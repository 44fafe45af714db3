// How a day shows in a table and on a record's page.
export { DateCell as Cell } from '../shapes/DateShape';
