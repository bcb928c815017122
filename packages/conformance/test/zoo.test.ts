import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { loadLibrary } from "@libpredict/ffi";
import { describe, expect, it } from "vitest";
import { findReference } from "../src/mxnet-reference.js";
import { unlessRequired } from "./optional-models.js";

/** Small ones; `python reference/zoo.py` does all 34. */
const networks = [
  "squeezenet1.1",
  "mobilenet0.25",
  "mobilenetv2_0.25",
  "resnet18_v1",
  "densenet121",
];
const script = fileURLToPath(new URL("../reference/zoo.py", import.meta.url));
const python = process.env["LIBPREDICT_REFERENCE_PYTHON"] ?? "";
const reference = findReference();
const skip = "missing" in reference ? unlessRequired(reference.missing) : undefined;

describe("networks of gluon.model_zoo.vision with random weights", () => {
  it("agree with the reference to 5e-4 of the largest output", (context) => {
    context.skip(skip !== undefined, skip);
    const run = (...values: string[]) =>
      spawnSync(python, [script, ...values], { encoding: "utf8" });
    const made = run("make", ...networks);
    expect(made.status, made.stderr).toBe(0);
    const compared = run("compare", "--library", loadLibrary().path, ...networks);
    console.log(compared.stdout);
    expect(compared.stdout).toContain(`${networks.length} of ${networks.length} networks agree`);
    expect(compared.status).toBe(0);
  }, 600_000);
});
