/** Finds the files of the detectors' networks, or says which are missing and where they come from. */
import { access } from "node:fs/promises";
import { join, resolve } from "node:path";

/** Detectors by name: their networks' prefixes, the subfolder in which they may be, and their source. */
const networks = {
  mtcnn: {
    subfolder: "mtcnn",
    files: [
      "det1-symbol.json",
      "det1-0001.params",
      "det2-symbol.json",
      "det2-0001.params",
      "det3-symbol.json",
      "det3-0001.params",
    ],
    source:
      "https://github.com/deepinsight/insightface has them in the folder deploy/mtcnn-model of its older versions",
  },
  retinaface: {
    subfolder: "retinaface-mobile",
    files: ["16-symbol.json", "16-0000.params"],
    source:
      "https://github.com/1996scarlet/faster-mobile-retinaface has them in the folder weights",
  },
} as const;

export type DetectorName = keyof typeof networks;

export const detectorNames = Object.keys(networks) as readonly DetectorName[];

/** The models of a detector are not in the folder. */
export class MissingModelsError extends Error {
  override readonly name = "MissingModelsError";
}

/**
 * The folder that has all files of a detector: the given one, or its subfolder `mtcnn` or
 * `retinaface-mobile`.
 *
 * @throws {@link MissingModelsError} neither has; the message lists the files and where to get them
 */
export async function findModels(detector: DetectorName, folder: string): Promise<string> {
  const { subfolder, files } = networks[detector];
  const lacking: string[] = [];
  for (const candidate of [resolve(folder), join(resolve(folder), subfolder)]) {
    const missing = await missingFiles(candidate, files);
    if (missing.length === 0) return candidate;
    const what = missing.length === files.length ? "none of them" : `not ${missing.join(", ")}`;
    lacking.push(`  ${candidate}: ${what}`);
  }
  throw new MissingModelsError(
    `the models of ${detector} are not there\n${lacking.join("\n")}\n${whatToDownload(detector)}`,
  );
}

/** Which files a detector needs, and where they come from. */
export function whatToDownload(detector: DetectorName): string {
  const { files, source } = networks[detector];
  return `${detector} needs ${files.join(", ")}: ${source}`;
}

async function missingFiles(folder: string, files: readonly string[]): Promise<string[]> {
  const found = await Promise.all(
    files.map((file) =>
      access(join(folder, file)).then(
        () => true,
        () => false,
      ),
    ),
  );
  return files.filter((_, i) => !found[i]);
}
