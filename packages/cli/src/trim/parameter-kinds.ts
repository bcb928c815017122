/** What kinds of arrays a file of parameters holds, from their headers alone. */

/** Of a file that the engine has read without an error. */
export interface ParameterKinds {
  /** Every array is of float32. */
  readonly float32: boolean;
  /** Some array is sparse. */
  readonly sparse: boolean;
}

const magicV1 = 0xf993fac8;
const magicV2 = 0xf993fac9;
const magicV3 = 0xf993faca;
/** Bytes of an element, by MXNet's type code. */
const elementBytes = [4, 8, 2, 1, 4, 1, 8, 1, 2, 2, 4, 8, 2];
const noShape = 0xffff_ffff;

/**
 * Looks at the headers of all arrays.
 *
 * @param content - a `.params` file that the engine has read
 */
export function parameterKinds(content: Uint8Array): ParameterKinds {
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
  let at = 16;
  const u32 = (): number => {
    at += 4;
    return view.getUint32(at - 4, true);
  };
  const size = (bytes: 4 | 8): number => {
    at += bytes;
    return bytes === 4 ? view.getUint32(at - 4, true) : Number(view.getBigUint64(at - 8, true));
  };
  const product = (rank: number, bytes: 4 | 8): number => {
    let elements = 1;
    for (let i = 0; i < rank; i++) elements *= size(bytes);
    return elements;
  };
  let float32 = true;
  const count = size(8);
  for (let i = 0; i < count; i++) {
    const magic = u32();
    let elements: number;
    let rank: number;
    if (magic === magicV2 || magic === magicV3) {
      const storage = u32();
      if (storage !== 0 && storage !== noShape) return { float32, sparse: true };
      rank = u32();
      if (rank === noShape || (magic === magicV2 && rank === 0)) continue;
      elements = product(rank, 8);
    } else {
      rank = magic === magicV1 ? u32() : magic;
      if (rank === 0) continue;
      elements = product(rank, magic === magicV1 ? 8 : 4);
    }
    at += 8;
    const type = u32();
    float32 &&= type === 0;
    at += elements * (elementBytes[type] ?? 0);
  }
  return { float32, sparse: false };
}
