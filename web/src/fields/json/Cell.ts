// How free structure kept by programs shows in a table and on a record's page.
export { JsonCell as Cell } from '../shapes/JsonShape';
