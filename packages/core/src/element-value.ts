/**
 * Single elements: read as the value they stand for, and stored with every check. `storeExact`
 * refuses what the type does not hold; `storeCast` is the explicit conversion.
 */
import type { ElementByDType, ElementData } from "./element-data.js";
import { decodeFloat16, encodeFloat16 } from "./float16.js";
import type { DType } from "./gen/native-constants.js";
import { PredictError } from "./predict-error.js";

const integerRanges: Readonly<Partial<Record<DType, readonly [bigint, bigint]>>> = {
  uint8: [0n, 255n],
  int8: [-128n, 127n],
  int32: [-(2n ** 31n), 2n ** 31n - 1n],
  int64: [-(2n ** 63n), 2n ** 63n - 1n],
};

/** The value of an element: float16 decoded, int64 as a bigint, bool as a boolean. */
export function elementValue<D extends DType>(
  data: ElementData,
  index: number,
  dtype: D,
): ElementByDType[D] {
  const stored = data[index] as number | bigint;
  if (dtype === "float16") return decodeFloat16(Number(stored)) as ElementByDType[D];
  if (dtype === "bool") return (stored !== 0) as ElementByDType[D];
  return stored as ElementByDType[D];
}

/** The value of an element as a number; an int64 beyond 2^53 is rounded. */
export function elementNumber(data: ElementData, index: number, dtype: DType): number {
  const stored = data[index] as number | bigint;
  return dtype === "float16" ? decodeFloat16(Number(stored)) : Number(stored);
}

/**
 * Stores a value that the type holds: floats are rounded to the nearest, whole numbers must be
 * in range, truth values be a boolean, 0 or 1.
 *
 * @param place - what to call the value, should it be refused
 * @throws {@link PredictError} `dtype`: another kind of value, a fraction, or out of range
 */
export function storeExact(
  data: ElementData,
  index: number,
  dtype: DType,
  value: unknown,
  place: () => string,
): void {
  const refuse = (why: string): never => {
    const shown = typeof value === "string" ? JSON.stringify(value) : String(value);
    throw new PredictError("dtype", `${place()} is ${shown}: ${why}`);
  };
  const range = integerRanges[dtype];
  if (dtype === "bool") {
    if (typeof value !== "boolean" && value !== 0 && value !== 1)
      refuse("an element of type bool is true, false, 1 or 0");
    data[index] = Number(value);
  } else if (range) {
    const isWhole = typeof value === "bigint" || Number.isSafeInteger(value);
    if (!isWhole)
      refuse(`an element of type ${dtype} is a whole number, exact as a number or a bigint`);
    const whole = BigInt(value as number | bigint);
    if (whole < range[0] || whole > range[1])
      refuse(`elements of type ${dtype} go from ${range[0]} to ${range[1]}`);
    data[index] = (dtype === "int64" ? whole : Number(whole)) as never;
  } else if (typeof value === "number") {
    data[index] = dtype === "float16" ? encodeFloat16(value) : value;
  } else {
    const other = typeof value === "boolean" ? "bool" : typeof value === "bigint" ? "int64" : "";
    refuse(`an element of type ${dtype} is a number${other && `; pass "${other}" as the type`}`);
  }
}

/**
 * Stores a number, converting it: to floats rounded to the nearest, to whole numbers
 * truncated toward zero, to bool whether it is not zero.
 *
 * @param place - what to call the value, should it be refused
 * @throws {@link PredictError} `dtype`: NaN, an infinity or a value out of range for a whole number
 */
export function storeCast(
  data: ElementData,
  index: number,
  dtype: DType,
  value: number,
  place: () => string,
): void {
  const range = integerRanges[dtype];
  if (dtype === "bool") data[index] = value === 0 ? 0 : 1;
  else if (dtype === "float16") data[index] = encodeFloat16(value);
  else if (!range) data[index] = value;
  else {
    const whole = Math.trunc(value);
    // Comparisons between numbers and bigints are exact; NaN fails both.
    if (!(whole >= range[0] && whole <= range[1]))
      throw new PredictError(
        "dtype",
        `${place()} is ${value}: elements of type ${dtype} go from ${range[0]} to ${range[1]}`,
      );
    data[index] = (dtype === "int64" ? BigInt(whole) : whole) as never;
  }
}
