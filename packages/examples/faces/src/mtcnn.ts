/**
 * MTCNN (Zhang et al., 2016): three networks, each of which looks closer at what the one before
 * thinks is a face. det1 slides over an image pyramid, det2 sees 24x24 pixels of each candidate,
 * det3 sees 48x48 and finds the landmarks too.
 */
import {
  type Image,
  type ImageSize,
  type Outputs,
  type PreprocessOptions,
  preprocess,
  type Tensor,
} from "@libpredict/core";
import { type Box, moveEdges, scaleBox, squareAround } from "./boxes.js";
import { cutRegion } from "./cut-region.js";
import {
  type Candidate,
  type DetectorOptions,
  defaultMinSize,
  type Face,
  type FaceDetector,
  type Landmarks,
} from "./face.js";
import { pyramidImages } from "./image-pyramid.js";
import { floatOutput, Network } from "./network.js";
import { suppressNonMaxima } from "./non-maximum-suppression.js";

type NetworkName = "det1" | "det2" | "det3";

/**
 * What these networks were trained on: blue, green, red, from -1 to 1, axes not exchanged. (Found by
 * trying: with red first, or with rows and columns exchanged, det1 is less sure of the faces.)
 */
const recipe = {
  resize: "stretch",
  interpolation: "area",
  channelOrder: "bgr",
  mean: 127.5,
  std: 128,
} as const satisfies Partial<PreprocessOptions>;

/** Each next level of the pyramid has half as many pixels. */
const pyramidFactor = 0.709;
/** det1's answers stand for squares of so many pixels of its input, so far apart. */
const fieldSide = 12;
const fieldStride = 2;
/** Probabilities above which candidates go on. */
const thresholds: Readonly<Record<NetworkName, number>> = { det1: 0.6, det2: 0.7, det3: 0.8 };
/** How much candidates may overlap within a level, between levels, and after det2 and det3. */
const levelOverlap = 0.5;
const overlapLimit = 0.7;
/** Sides of what det2 and det3 see, and how many of them at a time: that bounds memory. */
const closer = { det2: { side: 24, batch: 64 }, det3: { side: 48, batch: 16 } } as const;

/** Four numbers of row `index`. */
function edgesOf({ data }: Tensor<"float32">, index: number): [number, number, number, number] {
  const [left = 0, top = 0, right = 0, bottom = 0] = data.subarray(4 * index, 4 * index + 4);
  return [left, top, right, bottom];
}

/**
 * What det1 answers on one level of the pyramid: a candidate for each place whose probability is
 * above the threshold, thinned out, still without its correction.
 *
 * @param outputs - `prob1` of shape [1, 2, rows, columns], `conv4_2` of shape [1, 4, rows, columns]
 * @param level - size of det1's input, pixels
 * @param photograph - size of the photograph, in whose pixels the boxes are
 */
export function readProposals(
  outputs: Outputs,
  level: ImageSize,
  photograph: ImageSize,
): (Candidate & { readonly edges: readonly [number, number, number, number] })[] {
  const probability = floatOutput(outputs, "prob1_output");
  const correction = floatOutput(outputs, "conv4_2_output").data;
  const [, , rows = 0, columns = 0] = probability.shape;
  const plane = rows * columns;
  const found = [];
  for (let place = 0; place < plane; place++) {
    const score = probability.data[plane + place] ?? 0;
    if (score <= thresholds.det1) continue;
    const left = (place % columns) * fieldStride;
    const top = Math.floor(place / columns) * fieldStride;
    const field = { left, top, right: left + fieldSide, bottom: top + fieldSide };
    const at = (edge: number): number => correction[edge * plane + place] ?? 0;
    found.push({
      box: field,
      score,
      edges: [at(0), at(1), at(2), at(3)] as const,
    });
  }
  // Before scaling, for these boxes of whole numbers often overlap by exactly the limit.
  return suppressNonMaxima(found, levelOverlap).map((proposal) => ({
    ...proposal,
    box: scaleBox(proposal.box, photograph.width / level.width, photograph.height / level.height),
  }));
}

/** Ten numbers, the x of the five landmarks and then their y, as shares of a box's sides. */
function readLandmarks(shares: Float32Array, { left, top, right, bottom }: Box): Landmarks {
  const point = (i: number) => ({
    x: left + (shares[i] ?? 0) * (right - left),
    y: top + (shares[i + 5] ?? 0) * (bottom - top),
  });
  return {
    leftEye: point(0),
    rightEye: point(1),
    nose: point(2),
    leftMouthCorner: point(3),
    rightMouthCorner: point(4),
  };
}

/**
 * What det3 answers on a batch of squares: the faces, before any is dropped for another.
 *
 * @param outputs - `prob1` [N, 2], `conv6_2` [N, 4], `conv6_3` [N, 10]
 * @param boxes - the N squares, in pixels of the photograph
 */
export function readFaces(outputs: Outputs, boxes: readonly Box[]): Face[] {
  const probability = floatOutput(outputs, "prob1_output").data;
  const correction = floatOutput(outputs, "conv6_2_output");
  const landmarks = floatOutput(outputs, "conv6_3_output").data;
  return boxes.flatMap((box, i) => {
    const score = probability[2 * i + 1] ?? 0;
    if (score <= thresholds.det3) return [];
    const shares = landmarks.subarray(10 * i, 10 * i + 10);
    const edges = edgesOf(correction, i);
    return [{ box: moveEdges(box, edges), score, landmarks: readLandmarks(shares, box) }];
  });
}

/** One face for each person: a box within another, such as that of eyes and nose, is no second face. */
export function mergeFaces(found: readonly Face[]): Face[] {
  return suppressNonMaxima(found, overlapLimit, "smaller");
}

export class MtcnnDetector implements FaceDetector {
  readonly #networks: Readonly<Record<NetworkName, Network>>;
  readonly #minSize: number;

  private constructor(networks: Readonly<Record<NetworkName, Network>>, minSize: number) {
    this.#networks = networks;
    this.#minSize = minSize;
  }

  /**
   * @param folder - has `det1-symbol.json`, `det1-0001.params` and the same of det2 and det3
   * @throws LoadError, PredictError: see `Model.load`
   */
  static async load(folder: string, options: DetectorOptions = {}): Promise<MtcnnDetector> {
    const loaded: Network[] = [];
    const load = async (name: NetworkName): Promise<Network> => {
      const network = await Network.load(folder, name, options);
      loaded.push(network);
      return network;
    };
    try {
      const networks = {
        det1: await load("det1"),
        det2: await load("det2"),
        det3: await load("det3"),
      };
      return new MtcnnDetector(networks, options.minSize ?? defaultMinSize);
    } catch (error) {
      for (const network of loaded) network.dispose();
      throw error;
    }
  }

  async detect(image: Image, options: { readonly signal?: AbortSignal } = {}): Promise<Face[]> {
    const proposed = await this.propose(image, options.signal);
    const refined = await this.refine(image, proposed, options.signal);
    return this.locate(image, refined, options.signal);
  }

  /** det1: squares that may be faces, the surest first. */
  async propose(image: Image, signal?: AbortSignal): Promise<Candidate[]> {
    const spec = { faceSide: fieldSide, minSize: this.#minSize, factor: pyramidFactor };
    const found = [];
    let index = 0;
    for (const level of pyramidImages(image, spec)) {
      const data = preprocess(level, { ...recipe, size: level });
      const outputs = await this.#networks.det1.run(`level ${index++}`, data, signal);
      found.push(...readProposals(outputs, level, image));
    }
    return suppressNonMaxima(found, overlapLimit).map(({ box, score, edges }) => ({
      box: squareAround(moveEdges(box, edges)),
      score,
    }));
  }

  /** det2: of the squares, those that still look like faces, corrected, the surest first. */
  async refine(
    image: Image,
    candidates: readonly Candidate[],
    signal?: AbortSignal,
  ): Promise<Candidate[]> {
    const found: (Candidate & { edges: [number, number, number, number] })[] = [];
    await this.#lookCloser("det2", image, candidates, signal, (outputs, boxes) => {
      const probability = floatOutput(outputs, "prob1_output").data;
      const correction = floatOutput(outputs, "conv5_2_output");
      for (const [i, box] of boxes.entries()) {
        const score = probability[2 * i + 1] ?? 0;
        if (score > thresholds.det2) found.push({ box, score, edges: edgesOf(correction, i) });
      }
    });
    return suppressNonMaxima(found, overlapLimit).map(({ box, score, edges }) => ({
      box: squareAround(moveEdges(box, edges)),
      score,
    }));
  }

  /** det3: the faces among the squares, and their landmarks, the surest first. */
  async locate(
    image: Image,
    candidates: readonly Candidate[],
    signal?: AbortSignal,
  ): Promise<Face[]> {
    const found: Face[] = [];
    await this.#lookCloser("det3", image, candidates, signal, (outputs, boxes) => {
      found.push(...readFaces(outputs, boxes));
    });
    return mergeFaces(found);
  }

  dispose(): void {
    for (const network of Object.values(this.#networks)) network.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  /** Runs a network on the pixels in the candidates' boxes, in batches of limited size. */
  async #lookCloser(
    network: "det2" | "det3",
    image: Image,
    candidates: readonly Candidate[],
    signal: AbortSignal | undefined,
    read: (outputs: Outputs, boxes: readonly Box[]) => void,
  ): Promise<void> {
    const { side, batch } = closer[network];
    const size = { width: side, height: side };
    for (let start = 0; start < candidates.length; start += batch) {
      const boxes = candidates.slice(start, start + batch).map(({ box }) => box);
      const regions = boxes.map((box) => cutRegion(image, box));
      const data = preprocess(regions, { ...recipe, size });
      // The last batch has a predictor of its own: its size changes from photograph to photograph.
      const use = boxes.length === batch ? "whole batch" : "last batch";
      read(await this.#networks[network].run(use, data, signal), boxes);
    }
  }
}
