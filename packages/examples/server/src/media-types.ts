/** What a request's body may be. */

/** Media types of image files. */
export const imageTypes: readonly string[] = ["image/png", "image/jpeg", "image/webp"];

/** Media type of the elements that the network takes: float32, little-endian. */
export const elementsType = "application/octet-stream";

/** Media type of the same elements as numbers: `{ "data": [...] }`. */
export const jsonType = "application/json";
