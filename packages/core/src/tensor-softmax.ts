/** Softmax along one axis. */
import { arrayClassOf, type ElementData } from "./element-data.js";
import { elementNumber, storeExact } from "./element-value.js";
import type { DType } from "./gen/native-constants.js";
import { elementCount } from "./tensor-shape.js";

/**
 * exp(x - max) / sum exp(x - max) along an axis, in float64, rounded once. A NaN, or an infinity
 * from above, makes its whole line NaN.
 *
 * @param dtype - a floating type, kept
 * @param axis - from 0
 */
export function softmaxElements(
  data: ElementData,
  shape: readonly number[],
  dtype: DType,
  axis: number,
): ElementData {
  const result = new (arrayClassOf(dtype))(data.length);
  const count = shape[axis] as number;
  const stride = elementCount(shape.slice(axis + 1));
  const line = new Float64Array(count);
  const place = (): string => "softmax";
  for (let start = 0; start < data.length; start += count * stride)
    for (let first = start; first < start + stride; first++) {
      let largest = Number.NEGATIVE_INFINITY;
      for (let i = 0; i < count; i++) {
        line[i] = elementNumber(data, first + i * stride, dtype);
        largest = Math.max(largest, line[i] as number);
      }
      let sum = 0;
      for (let i = 0; i < count; i++) sum += line[i] = Math.exp((line[i] as number) - largest);
      for (let i = 0; i < count; i++)
        storeExact(result, first + i * stride, dtype, (line[i] as number) / sum, place);
    }
  return result;
}
