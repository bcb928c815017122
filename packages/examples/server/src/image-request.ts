/** The image of a request, in the forms in which clients send one. */
import { type Classifier, type ImageInput, ShapeError, Tensor } from "@libpredict/core";
import sharp from "sharp";
import { elementsType, jsonType } from "./media-types.js";
import { RequestError } from "./request-error.js";

/** Pixels of an image file, so that a small file cannot fill the memory. */
const mostPixels = 50e6;

/**
 * The image in a request's body, for `Classifier.classify`.
 *
 * @param body - bytes of an image file; bytes of float32 elements; or, from JSON, `{ "data": … }`
 *   with the same elements, nested or in one array
 * @param contentType - the request's header; empty for a request without a body
 * @throws {@link RequestError} 400: no image; 413: one with too many pixels
 * @throws {@link PredictError} `shape`, `dtype`: elements that the network does not take
 */
export async function imageOf(
  body: unknown,
  contentType: string,
  { input }: Pick<Classifier, "input">,
): Promise<ImageInput> {
  const type = contentType.split(";")[0]?.trim().toLowerCase();
  if (type === jsonType) return tensorOfJson(body, input.shape);
  const bytes = body as Buffer | undefined;
  if (!bytes?.length) throw new RequestError(400, "empty", "the body is empty");
  if (type === elementsType) return tensorOfBytes(bytes, input.shape);
  await checkPixels(bytes);
  return bytes;
}

function tensorOfJson(body: unknown, shape: readonly number[]): Tensor {
  const data = (body as { data?: unknown } | null)?.data;
  if (!Array.isArray(data))
    throw new RequestError(400, "argument", 'the body must be { "data": [numbers] }');
  const tensor = Tensor.from(data as number[]);
  return tensor.shape.length === 1 ? withShape(tensor.data, shape) : tensor;
}

function tensorOfBytes(bytes: Buffer, shape: readonly number[]): Tensor {
  const { buffer, byteOffset, length } = bytes;
  if (length % 4 !== 0)
    throw new RequestError(400, "shape", `${length} bytes are no float32 elements`);
  // A copy: the body need not begin at a multiple of four bytes.
  return withShape(new Float32Array(buffer.slice(byteOffset, byteOffset + length)), shape);
}

/** @throws {@link ShapeError} not as many elements as the network takes */
function withShape(data: Float32Array, shape: readonly number[]): Tensor {
  const expected = shape.reduce((product, side) => product * side, 1);
  if (data.length === expected) return new Tensor(data, shape);
  throw new ShapeError(
    "image",
    [expected],
    [data.length],
    `the network takes ${expected} numbers, of shape [${shape.join(", ")}]; the body has ${data.length}`,
  );
}

/** Looks at the head of an image file only. */
async function checkPixels(bytes: Buffer): Promise<void> {
  const { width, height } = await sharp(bytes, { limitInputPixels: false })
    .metadata()
    .catch((error: Error) => {
      throw new RequestError(400, "image", `the body is no image: ${error.message}`);
    });
  if (width * height > mostPixels)
    throw new RequestError(
      413,
      "too-large",
      `the image has ${width} x ${height} pixels, more than ${mostPixels / 1e6} million`,
    );
}
