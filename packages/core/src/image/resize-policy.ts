/** The ways in which an image of any size becomes one of the size that a network takes. */

/**
 * How pixels are worked out when an image changes its size. The results are those of MXNet's
 * `mx.image.imresize` with `interp` 0, 1, 2, 3, 4 and 9.
 *
 * - `nearest` (0): the pixel at that place.
 * - `bilinear` (1): between the 2 x 2 pixels around the place. When an image becomes much smaller, most pixels do not count.
 * - `bicubic` (2): between the 4 x 4 pixels around it.
 * - `area` (3): the mean of all pixels that the new one covers. When an image becomes larger, as `bilinear` with sharper steps.
 * - `lanczos` (4): between the 8 x 8 pixels around it.
 * - `auto` (9): `area` where both sides become shorter, `bicubic` where both become longer, else `bilinear`.
 */
export type Interpolation = "nearest" | "bilinear" | "bicubic" | "area" | "lanczos" | "auto";

/**
 * How an image gets the size of a network's input.
 *
 * - `short-side`: resized, with its proportions kept, until its short side has `shortSide` pixels; then its centre is cut out.
 * - `cover`: its largest centred part with the proportions of the size is cut out, then resized.
 * - `stretch`: resized to the size; the proportions change.
 * - `pad`: resized, with its proportions kept, until it just fits; the rest is filled with `padValue`.
 * - `center-crop`: its centre is cut out without resizing; an image that is too small is treated as by `cover`.
 * - `none`: it must have the size.
 */
export type ResizePolicy = "short-side" | "cover" | "stretch" | "pad" | "center-crop" | "none";
