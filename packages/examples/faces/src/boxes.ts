/** Rectangles in a photograph, and how they are moved, squared and compared. */

/**
 * A rectangle in pixels of a photograph. The photograph's left upper corner is (0, 0), so that a
 * pixel in column x reaches from x to x + 1. A box may reach beyond the photograph.
 */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** How much of two boxes is common: as a share of what they cover together, or of the smaller one. */
export type OverlapMeasure = "union" | "smaller";

export function boxArea(box: Box): number {
  return Math.max(0, box.right - box.left) * Math.max(0, box.bottom - box.top);
}

/** 0 for boxes that do not meet, 1 for equal ones; 0 if one of them is empty. */
export function overlap(a: Box, b: Box, measure: OverlapMeasure): number {
  const width = Math.min(a.right, b.right) - Math.max(a.left, b.left);
  const height = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
  if (width <= 0 || height <= 0) return 0;
  const common = width * height;
  const [areaA, areaB] = [boxArea(a), boxArea(b)];
  return common / (measure === "union" ? areaA + areaB - common : Math.min(areaA, areaB));
}

/** Moves each edge by a share of the box's width (left, right) or height (top, bottom). */
export function moveEdges(
  { left, top, right, bottom }: Box,
  [dLeft, dTop, dRight, dBottom]: readonly [number, number, number, number],
): Box {
  const [width, height] = [right - left, bottom - top];
  return {
    left: left + dLeft * width,
    top: top + dTop * height,
    right: right + dRight * width,
    bottom: bottom + dBottom * height,
  };
}

/** The square of whole pixels, at least one, with the box's centre and its longer side; halves are rounded up. */
export function squareAround({ left, top, right, bottom }: Box): Box {
  const side = Math.max(right - left, bottom - top);
  const x = Math.round((left + right - side) / 2);
  const y = Math.round((top + bottom - side) / 2);
  const pixels = Math.max(1, Math.round(side));
  return { left: x, top: y, right: x + pixels, bottom: y + pixels };
}

/** A box with its coordinates multiplied, such as from a smaller image to the photograph. */
export function scaleBox({ left, top, right, bottom }: Box, x: number, y: number): Box {
  return { left: left * x, top: top * y, right: right * x, bottom: bottom * y };
}
