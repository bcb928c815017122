// Writes expected/*.txt: what the programs print with the reference's library. Nothing of ours runs
// here but the header that the programs are compiled with.
// Usage: LIBPREDICT_REFERENCE_PYTHON=... node packages/c-api/old-programs/make-expected.mjs

import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PACKAGE_ROOT } from "../scripts/objects.mjs";
import {
  buildGoProgram,
  buildJavaProgram,
  buildProgram,
  C_PROGRAMS,
  CPP_PROGRAMS,
  classifierArgs,
  EXPECTED_FOLDER,
  makeFixtures,
  makeLinkLibraries,
  pythonArgs,
  pythons,
  referenceLibraries,
  runWithReference,
} from "./old-programs.mjs";

const folder = mkdtempSync(join(tmpdir(), "libpredict-expected-"));
try {
  const header = join(PACKAGE_ROOT, "include", "c_predict_api.h");
  const include = join(folder, "include");
  const libraries = join(folder, "link");
  mkdirSync(join(include, "mxnet"), { recursive: true });
  copyFileSync(header, join(include, "mxnet", "c_predict_api.h"));
  makeLinkLibraries(libraries, header);
  const reference = referenceLibraries(join(folder, "reference"));
  if (reference === undefined) throw new Error("LIBPREDICT_REFERENCE_PYTHON names no reference");
  const files = makeFixtures(join(folder, "files"));

  /** @param {string} name @param {string} command @param {string[]} args @param {Record<string, string>} [env] */
  const record = (name, command, args, env = {}) => {
    const { ended, stdout, stderr } = runWithReference(command, args, reference, env);
    if (ended !== 0) throw new Error(`${name} ended with ${ended}\n${stdout}${stderr}`);
    writeFileSync(join(EXPECTED_FOLDER, `${name}.txt`), stdout);
    console.log(`${name}: ${stdout.trimEnd().split("\n").length} lines`);
  };
  const where = { include, libraries, out: folder };
  for (const program of [...C_PROGRAMS, ...CPP_PROGRAMS]) {
    if (program.unlike === undefined) {
      const executable = buildProgram(program, where);
      record(program.expected ?? program.name, executable, program.args(files), program.env);
    }
  }
  record("cgo-classifier", buildGoProgram(folder, where), classifierArgs(files));
  const [java = "", ...javaArgs] = buildJavaProgram(folder, where);
  record("DigitPredictor", java, [...javaArgs, ...classifierArgs(files)]);
  const python = pythons()[0]?.path ?? "python3";
  record("ctypes-classifier", python, pythonArgs(files, "libmxnet.so"));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
