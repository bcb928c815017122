/** The models and the photograph of the goldens, which not every machine has. */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import {
  modelFolder,
  type SkipReason,
  unlessRequired,
} from "../../../conformance/test/optional-models.js";
import { type DetectorName, whatToDownload } from "../src/model-folders.js";

/** The photograph whose pixels' hash the goldens carry. */
export const photograph = join(modelFolder("mtcnn").folder, "test.jpg");

/** The folder that has a folder for each detector. */
export const modelsFolder = dirname(modelFolder("mtcnn").folder);

/** Where a detector's networks are, and why tests that need them and the photograph are skipped. */
export function detectorModels(detector: DetectorName): {
  readonly folder: string;
  readonly skip: SkipReason;
} {
  const subfolder = detector === "mtcnn" ? "mtcnn" : "retinaface-mobile";
  const { folder, skip } = modelFolder(subfolder);
  if (skip !== undefined) return { folder, skip: `${skip}; ${whatToDownload(detector)}` };
  const found = existsSync(photograph);
  const reason = `no photograph ${photograph}, of which the goldens are`;
  return { folder, skip: found ? undefined : unlessRequired(reason) };
}
