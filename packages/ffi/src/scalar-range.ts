/** Checks numbers against the C types that are to hold them: koffi would wrap them silently. */
import type { ScalarName } from "./descriptor.js";
import { NativeError } from "./native-error.js";

const ranges: Partial<Record<ScalarName, readonly [number, number]>> = {
  int: [-0x8000_0000, 0x7fff_ffff],
  int32_t: [-0x8000_0000, 0x7fff_ffff],
  uint32_t: [0, 0xffff_ffff],
  uint8_t: [0, 0xff],
  size_t: [0, Number.MAX_SAFE_INTEGER],
};
const wideRanges: Partial<Record<ScalarName, readonly [bigint, bigint]>> = {
  int64_t: [-(1n << 63n), (1n << 63n) - 1n],
  uint64_t: [0n, (1n << 64n) - 1n],
};

/**
 * @param name - how the message calls the value
 * @throws {@link NativeError} `argument`: the value is not of the JavaScript type that fits, not whole, or out of range
 */
export function checkScalar(name: string, type: ScalarName, value: unknown): void {
  const fail = (expected: string): never => {
    const shown = typeof value === "bigint" ? `${value}n` : String(value);
    throw new NativeError(
      "argument",
      `${name} must be ${expected}, not ${shown} (${typeof value})`,
    );
  };
  if (type === "bool") {
    if (typeof value !== "boolean") fail("true or false");
    return;
  }
  const wide = wideRanges[type];
  if (wide) {
    if (typeof value !== "bigint" || value < wide[0] || value > wide[1])
      fail(`a bigint from ${wide[0]} to ${wide[1]}`);
    return;
  }
  const range = ranges[type];
  if (!range) throw new NativeError("internal", `${name}: no check for ${type}`);
  if (typeof value !== "number" || !Number.isInteger(value) || value < range[0] || value > range[1])
    fail(`a whole number from ${range[0]} to ${range[1]}`);
}
