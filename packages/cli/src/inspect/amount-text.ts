/** Amounts for reading: three digits that count, and a unit. */

const counts = ["", " k", " M", " G", " T"];
const sizes = [" B", " kB", " MB", " GB", " TB"];

/** `1.23 M` of 1,230,000. */
export function countText(count: number): string {
  return scaled(count, counts);
}

/** `1.23 MB` of 1,230,000 bytes: decimal, as in the documentation. */
export function bytesText(bytes: number): string {
  return scaled(bytes, sizes);
}

/** `1.23 ms`; seconds from one second. */
export function millisecondsText(ms: number): string {
  if (ms >= 1000) return `${digits(ms / 1000)} s`;
  return `${digits(ms)} ms`;
}

/** `1×3×224×224`; `scalar` without dimensions. */
export function shapeText(shape: readonly number[]): string {
  return shape.length === 0 ? "scalar" : shape.join("×");
}

function scaled(value: number, units: readonly string[]): string {
  if (value < 1000) return `${value}${units[0]}`;
  let unit = 0;
  let scaledValue = value;
  // 999.5 would be written as 1000 of the smaller unit.
  while (scaledValue >= 999.5 && unit < units.length - 1) {
    scaledValue /= 1000;
    unit++;
  }
  return digits(scaledValue) + units[unit];
}

function digits(value: number): string {
  if (value >= 99.95) return value.toFixed(0);
  if (value >= 9.995) return value.toFixed(1);
  return value.toFixed(2);
}
