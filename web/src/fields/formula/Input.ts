// Nobody fills in what a formula yields: the server makes it.
export const Input = null;
