/** Checks numbers against the C types that are to hold them: koffi would wrap them silently. */
import type { ScalarName } from "./descriptor.js";
import { NativeError } from "./native-error.js";

const int = { least: -0x8000_0000, most: 0x7fff_ffff };
const ranges: Partial<Record<ScalarName, { readonly least: number; readonly most: number }>> = {
  int,
  int32_t: int,
  uint32_t: { least: 0, most: 0xffff_ffff },
  uint8_t: { least: 0, most: 0xff },
};
const wideRanges: Partial<Record<ScalarName, readonly [bigint, bigint]>> = {
  int64_t: [-(1n << 63n), (1n << 63n) - 1n],
  uint64_t: [0n, (1n << 64n) - 1n],
};

/**
 * @param name - how the message calls the value
 * @param largestSize - the largest `size_t` of the library
 * @throws {@link NativeError} `argument`: the value is not of the JavaScript type that fits, not whole, or out of range
 */
export function checkScalar(
  name: string,
  type: ScalarName,
  value: unknown,
  largestSize: number = Number.MAX_SAFE_INTEGER,
): void {
  const range = type === "size_t" ? { least: 0, most: largestSize } : ranges[type];
  if (range) {
    const { least, most } = range;
    if (typeof value === "number" && Number.isInteger(value) && value >= least && value <= most)
      return;
    throw misfit(name, `a whole number from ${least} to ${most}`, value);
  }
  if (type === "bool") {
    if (typeof value === "boolean") return;
    throw misfit(name, "true or false", value);
  }
  const wide = wideRanges[type];
  if (!wide) throw new NativeError("internal", `${name}: no check for ${type}`);
  if (typeof value !== "bigint" || value < wide[0] || value > wide[1])
    throw misfit(name, `a bigint from ${wide[0]} to ${wide[1]}`, value);
}

function misfit(name: string, expected: string, value: unknown): NativeError {
  const shown = typeof value === "bigint" ? `${value}n` : String(value);
  return new NativeError("argument", `${name} must be ${expected}, not ${shown} (${typeof value})`);
}
