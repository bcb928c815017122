import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { referenceLibrary, skipReference } from "../../core/test/fake/reference-library.js";
import { digits, writeDigitPng, writeDigitsNpy } from "./fake/digits-files.js";
import { writeModel } from "./fake/model-writer.js";
import { bin, plainEnvironment } from "./fake/run-cli.js";

/** Commands of a block, each with what the README says it prints. */
function sessionsOf(block: string): { readonly command: string; readonly output: string }[] {
  return block
    .split(/^\$ /m)
    .slice(1)
    .map((text) => {
      const [command = "", ...lines] = text.split("\n");
      return { command, output: lines.join("\n").trim() };
    });
}

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
const sessions = [...readme.matchAll(/^```console\n([\s\S]*?)^```$/gm)].flatMap(([, block]) =>
  sessionsOf(block ?? ""),
);

/** What differs from machine to machine and from run to run is left out: numbers, facts of the machine. */
function comparable(output: string): string {
  return (
    output
      .replace(/\S*\/(?=libpredict\.so)/g, "")
      .replace(
        /^( {2}(?:processor|system|instruction sets|kernels|found by|not found by|as published|needs) ).*$/gm,
        "$1",
      )
      .replace(/^ {4,}LIBPREDICT_PATH: not set\n/gm, "")
      .replace(/source [0-9a-f]+/g, "source")
      // Sums of a profile are sorted by time, conversions and algorithms depend on the kernels.
      .replace(/^\S+ +\d+ +[\d.]+ +[\d.]+ % .*\n/gm, "")
      .replace(/^\S+ +to_layout .*\n/gm, "")
      .replace(/^(\S+ +\w+) +[a-z_+0-9-]+(( +[\d.]+){3} %) +[█▏▎▍▌▋▊▉]*/gm, "$1$2")
      .replace(/\bµs\b(?= +(?:least|share))/g, "ms")
      // Which layers are furthest apart depends on the kernels.
      .replace(/^ {2}\w+_output .*\n/gm, "")
      .replace(/^the first layer that.*$/gm, "")
      .replace(/\d[\d.,]*(?:e-?\d+)?/g, "0")
      .replace(/\b0 (?:[kMG]|KiB|MiB|B|µs|ms|s)\b/g, "0")
      .replace(/[ \t]+/g, " ")
      .replace(/-0/g, "0")
  );
}

let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "libpredict-readme-"));
  const at = (name: string): string => join(folder, name);
  for (const ending of ["-symbol.json", "-0000.params"])
    copyFileSync(`${digits}${ending}`, at(`digits${ending}`));
  writeDigitsNpy(at("batch.npy"), [0, 1, 2]);
  mkdirSync(at("photos"));
  await writeDigitPng(at("two.png"), 0);
  for (const [i, name] of ["a", "b", "c"].entries())
    await writeDigitPng(at(`photos/${name}.png`), i);
  const names = "nought one two three four five six seven eight nine".split(" ");
  writeFileSync(at("digits.txt"), `${names.join("\n")}\n`);
  const crop = (name: string, input: string) => ({
    name,
    op: "Custom",
    attrs: { op_type: "crop" },
    inputs: [input],
  });
  writeModel(at("custom"), [
    [
      { name: "data" },
      { name: "act", op: "Activation", attrs: { act_type: "swish" }, inputs: ["data"] },
      crop("crop1", "act"),
      crop("crop2", "crop1"),
    ],
    ["crop2"],
  ]);
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe("the README", () => {
  it("shows every command", () => {
    for (const name of [
      "predict",
      "inspect",
      "profile",
      "bench",
      "check",
      "convert",
      "diff",
      "trim",
      "doctor",
    ])
      expect(
        sessions.some(({ command }) => command.includes(`libpredict ${name}`)),
        name,
      ).toBe(true);
  });

  it.for(sessions)("prints what it says: $command", ({ command, output }, { skip }) => {
    if (command.includes("libmxnet.so") && skipReference !== undefined) skip(skipReference);
    const line = command
      .replace(/\blibpredict (?=[a-z])/, `'${process.execPath}' '${bin}' `)
      .replace("libmxnet.so", String(referenceLibrary));
    const { stdout } = spawnSync("bash", ["-c", `{ ${line}; } 2>&1`], {
      cwd: folder,
      encoding: "utf8",
      env: plainEnvironment(),
    });
    expect(comparable(stdout.trim())).toBe(comparable(output));
  });
});
