// Nobody fills in a number the server counts: the server makes it.
export const Input = null;
