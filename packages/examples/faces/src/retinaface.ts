/**
 * RetinaFace (Deng et al., 2019) with the small MobileNet backbone, in the variant of one level:
 * a single network says at every 16th pixel, for two anchors, whether a face is there and how the
 * anchor must be moved to fit it. It has no landmarks.
 */
import {
  type Image,
  type ImageSize,
  type Outputs,
  type PreprocessOptions,
  preprocess,
} from "@libpredict/core";
import { scaleBox } from "./boxes.js";
import {
  type Candidate,
  type DetectorOptions,
  defaultMinSize,
  type Face,
  type FaceDetector,
} from "./face.js";
import { pyramidImages } from "./image-pyramid.js";
import { floatOutput, Network } from "./network.js";
import { suppressNonMaxima } from "./non-maximum-suppression.js";

/** Bytes as they are, red first. (Found by trying: with blue first the network is less sure.) */
const recipe = {
  resize: "none",
  channelOrder: "rgb",
} as const satisfies Partial<PreprocessOptions>;

const stride = 16;
/** Sides of the square anchors, in pixels of the network's input. */
const anchorSides = [128, 64] as const;
/** The network sees faces of about 45 to 130 pixels well; the next level halves what is larger. */
const faceSide = 45;
const pyramidFactor = 0.5;
const threshold = 0.5;
const overlapLimit = 0.4;

/**
 * What the network answers on one image: a candidate for each anchor whose probability is above
 * the threshold.
 *
 * An anchor is a square in the middle of its 16x16 pixels. The network moves its centre by shares of its side and
 * multiplies its width and height by powers of e.
 *
 * @param outputs - with A = 2 anchors: probabilities [1, 2A, rows, columns], first the A of "no
 *   face", then the A of "face"; corrections [1, 4A, rows, columns], for each anchor x, y, width, height
 * @param level - size of the network's input, pixels
 * @param photograph - size of the photograph, in whose pixels the boxes are
 */
export function readAnchors(
  outputs: Outputs,
  level: ImageSize,
  photograph: ImageSize,
): Candidate[] {
  const probability = floatOutput(outputs, `face_rpn_cls_prob_reshape_stride${stride}_output`);
  const correction = floatOutput(outputs, `face_rpn_bbox_pred_stride${stride}_output`).data;
  const [, , rows = 0, columns = 0] = probability.shape;
  const plane = rows * columns;
  const xScale = photograph.width / level.width;
  const yScale = photograph.height / level.height;
  const found: Candidate[] = [];
  for (const [anchor, side] of anchorSides.entries()) {
    for (let place = 0; place < plane; place++) {
      const score = probability.data[(anchorSides.length + anchor) * plane + place] ?? 0;
      if (score <= threshold) continue;
      const at = (k: number): number => correction[(4 * anchor + k) * plane + place] ?? 0;
      const x = ((place % columns) + 0.5) * stride + at(0) * side;
      const y = (Math.floor(place / columns) + 0.5) * stride + at(1) * side;
      const halfWidth = (Math.exp(at(2)) * side) / 2;
      const halfHeight = (Math.exp(at(3)) * side) / 2;
      const box = {
        left: x - halfWidth,
        top: y - halfHeight,
        right: x + halfWidth,
        bottom: y + halfHeight,
      };
      found.push({ box: scaleBox(box, xScale, yScale), score });
    }
  }
  return found;
}

export class RetinaFaceDetector implements FaceDetector {
  readonly #network: Network;
  readonly #minSize: number;

  private constructor(network: Network, minSize: number) {
    this.#network = network;
    this.#minSize = minSize;
  }

  /**
   * @param folder - has `16-symbol.json` and `16-0000.params`
   * @throws LoadError, PredictError: see `Model.load`
   */
  static async load(folder: string, options: DetectorOptions = {}): Promise<RetinaFaceDetector> {
    const network = await Network.load(folder, "16", options);
    return new RetinaFaceDetector(network, options.minSize ?? defaultMinSize);
  }

  async detect(image: Image, options: { readonly signal?: AbortSignal } = {}): Promise<Face[]> {
    const spec = { faceSide, minSize: this.#minSize, factor: pyramidFactor };
    const found: Candidate[] = [];
    let index = 0;
    for (const level of pyramidImages(image, spec)) {
      const data = preprocess(level, { ...recipe, size: level });
      const outputs = await this.#network.run(`level ${index++}`, data, options.signal);
      found.push(...readAnchors(outputs, level, image));
    }
    return suppressNonMaxima(found, overlapLimit);
  }

  dispose(): void {
    this.#network.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}
