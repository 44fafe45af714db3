// How free structure kept by programs is filled in.
export { JsonInput as Input } from '../shapes/JsonShape';
