// Nobody fills in a sum over linked records: the server makes it.
export const Input = null;
