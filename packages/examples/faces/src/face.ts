/** What the detectors find, and what they have in common. */
import type { Image, Outputs } from "@libpredict/core";
import type { Box } from "./boxes.js";

/** A place in a photograph, in pixels from its left upper corner. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Left and right are those of the picture, not of the person. */
export interface Landmarks {
  readonly leftEye: Point;
  readonly rightEye: Point;
  readonly nose: Point;
  readonly leftMouthCorner: Point;
  readonly rightMouthCorner: Point;
}

/** A box that may be a face. */
export interface Candidate {
  readonly box: Box;
  /** The network's probability that it is one, 0 to 1. */
  readonly score: number;
}

/** A face. RetinaFace's small network has no landmarks. */
export interface Face extends Candidate {
  readonly landmarks?: Landmarks;
}

/** Finds faces in photographs. Holds native memory: call `dispose`, or declare it with `using`. */
export interface FaceDetector {
  /**
   * The networks run off the main thread; images are cut and resized on it. One call at a time per
   * detector.
   *
   * @param image - the photograph; gray, RGB or RGBA
   * @param options - `signal` ends the work before its next network run; the call then rejects
   *   with the signal's reason or with code `aborted`
   * @returns faces, the surest first
   */
  detect(image: Image, options?: { readonly signal?: AbortSignal }): Promise<readonly Face[]>;
  dispose(): void;
  [Symbol.dispose](): void;
}

/** What both detectors are loaded with. */
export interface DetectorOptions {
  /** Side, in pixels, of the smallest faces that are looked for; 40 by default. Half of it takes two to four times as long. */
  readonly minSize?: number;
  /** Threads of one network run; by default as many as processors may be used. */
  readonly threads?: number;
  /** Called after each run of a network, for looking into the detector. */
  readonly onRun?: (run: NetworkRun) => void;
}

/** One run of a network. */
export interface NetworkRun {
  /** Which network: the prefix of its files, such as `det1`. */
  readonly network: string;
  /** Shape of its input. */
  readonly input: readonly number[];
  /** Its outputs by name. */
  readonly outputs: Outputs;
}

export const defaultMinSize = 40;
