// Nobody fills in a field of a linked record: the server makes it.
export const Input = null;
