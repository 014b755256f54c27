export const name = "looks hashed but is not";
