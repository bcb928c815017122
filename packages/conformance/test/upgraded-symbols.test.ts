/**
 * What `LPUpgradeSymbol` makes of old symbols. All cases again, with every symbol upgraded first:
 * the expected values are the reference's, and hold for libpredict; and for the reference itself,
 * which thereby computes what files of 2015 meant. And what the reference reads in the texts.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { loadLibrary, NativeError } from "@libpredict/ffi";
import { describe, expect, it } from "vitest";
import { readCases } from "../src/case-files.js";
import type { CaseSpec, ModelSpec } from "../src/case-format.js";
import { caseModels } from "../src/case-steps.js";
import { readKnownDifferences } from "../src/known-differences.js";
import { findReference, oneDnnEnvironment, referenceEnvironment } from "../src/mxnet-reference.js";
import { runSuite, type SuiteReport } from "../src/suite-runner.js";
import { buildSymbol } from "../src/symbol-builder.js";
import { modelFolder, unlessRequired } from "./optional-models.js";

const library = loadLibrary();
const reference = findReference();
const skip = "missing" in reference ? unlessRequired(reference.missing) : undefined;
const harness = fileURLToPath(new URL("../dist/typescript-harness.js", import.meta.url));
const knownFile = fileURLToPath(new URL("../known/reference-differences.json", import.meta.url));
const script = fileURLToPath(new URL("../reference/compare_symbols.py", import.meta.url));

/** The symbol as of today; undefined where it cannot be read or has what we do not support. */
function upgradeSymbol(symbol: string): string | undefined {
  const bytes = Buffer.from(symbol);
  try {
    const size = library.LPUpgradeSymbol(bytes, bytes.length, null, 0);
    const text = Buffer.alloc(size);
    library.LPUpgradeSymbol(bytes, bytes.length, text, size);
    return text.toString("utf8", 0, size - 1);
  } catch (error) {
    if (error instanceof NativeError) return undefined;
    throw error;
  }
}

let upgrades = 0;

/** Some models have parameters only. */
const hasGraph = (model: ModelSpec): boolean =>
  model.nodes !== undefined || model.symbol !== undefined || model.symbolText !== undefined;

function upgradeModel<T extends ModelSpec>(model: T): T {
  if (!hasGraph(model)) return model;
  const symbolText = upgradeSymbol(buildSymbol(model));
  if (symbolText === undefined) return model;
  upgrades++;
  return { ...model, symbolText };
}

function upgradeCase(item: CaseSpec): CaseSpec {
  const own = caseModels(item).has("") ? upgradeModel(item) : item;
  const models = Object.entries(item.models ?? {}).map(([name, model]) => [
    name,
    upgradeModel(model),
  ]);
  return item.models === undefined ? own : { ...own, models: Object.fromEntries(models) };
}

const cases = readCases();
const upgradedCases = cases.map(upgradeCase);

/** Cases for which an upgraded symbol does not say the same, as the header states. */
const exceptions: ReadonlyMap<string, string> = new Map([
  ...[
    "age/Pooling-that-would-round-down-does-not-when-the-weights-say-otherwise",
    "age/Pooling-that-would-round-up-does-not-when-the-weights-say-otherwise",
  ].map((id) => [id, "only the weights tell how it rounds"] as const),
  ...[
    "activation/LeakyReLU/refuses-prelu-without-gamma",
    "text/refuses-no-input-where-one-is-needed",
  ].map((id) => [id, "inputs that the file leaves out are added"] as const),
]);

/** A case that looks at the symbol's own text. */
const ofText = (item: CaseSpec): boolean =>
  item.steps?.some(({ call }) => call === "LPCheckModel") ?? false;

function failures(report: SuiteReport): string[] {
  return report.cases
    .filter(({ outcome }) => outcome !== "pass" && outcome !== "skipped")
    .map(({ id, outcome, detail }) => `${id}: ${outcome} ${detail}`);
}

describe("all cases with their symbols upgraded", () => {
  it("are most of the cases", () => {
    expect(upgrades).toBeGreaterThan(0.8 * cases.length);
    const ids = new Set(cases.map(({ id }) => id));
    for (const id of exceptions.keys()) expect(ids).toContain(id);
  });

  it("agree with libpredict", async () => {
    const report = await runSuite({
      command: [process.execPath, harness],
      timeoutMs: 60_000,
      cases: upgradedCases,
      choose: (item) => !ofText(item) && !exceptions.has(item.id),
    });
    expect(failures(report)).toEqual([]);
    console.log(`libpredict: ${report.counts.pass} of ${report.total} cases`);
  }, 300_000);

  it("agree with the reference, and those of 2015 and 2016 too", async (context) => {
    context.skip(skip !== undefined, skip);
    const known = readKnownDifferences(knownFile);
    const old = [...known].filter(
      ([id, { section }]) => section.startsWith("operators.md 1.7") && !exceptions.has(id),
    );
    const mended = new Set(old.map(([id]) => id));
    expect(mended.size).toBeGreaterThan(5);
    const report = await runSuite({
      command: [process.execPath, harness, "library" in reference ? reference.library : ""],
      timeoutMs: 60_000,
      environment: referenceEnvironment,
      oneDnnEnvironment,
      cases: upgradedCases,
      choose: ({ id }) => mended.has(id) || !(known.has(id) || exceptions.has(id)),
    });
    expect(failures(report)).toEqual([]);
    const passed = report.cases.filter(({ id, outcome }) => mended.has(id) && outcome === "pass");
    expect(passed).toHaveLength(mended.size);
    console.log(
      `reference: ${report.counts.pass} of ${report.total} cases, ${mended.size} of 2015/16`,
    );
  }, 600_000);
});

describe("upgraded symbols", () => {
  it("are what the reference writes, with the same arguments, states and outputs", (context) => {
    context.skip(skip !== undefined, skip);
    const pairs = [
      ...casePairs(),
      ...folderPairs(modelFolder("imagenet-symbols").folder),
      ...folderPairs(modelFolder("mtcnn").folder),
      ...folderPairs(modelFolder("retinaface-mobile").folder),
      // Only where it is named: the zoo's own test may be writing the default folder.
      ...folderPairs(process.env["LIBPREDICT_ZOO"]),
    ];
    const folder = mkdtempSync(join(tmpdir(), "libpredict-upgraded-"));
    try {
      const file = join(folder, "pairs.json");
      writeFileSync(file, JSON.stringify(pairs));
      const run = spawnSync(process.env["LIBPREDICT_REFERENCE_PYTHON"] ?? "", [script, file], {
        encoding: "utf8",
        maxBuffer: 1 << 26,
      });
      expect(run.stdout.split("\n").slice(0, 20)).toEqual([
        `${pairs.length} symbols, 0 differences`,
        "",
      ]);
      console.log(run.stdout.trim());
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }, 600_000);

  it("stay as they are when they are upgraded again", () => {
    const texts = upgradedCases.flatMap((item) =>
      [...caseModels(item).values()].flatMap(
        ({ symbolText }) => upgradeSymbol(symbolText ?? "") ?? [],
      ),
    );
    expect(texts.length).toBeGreaterThan(0.8 * cases.length);
    for (const text of texts) expect(upgradeSymbol(text)).toBe(text);
  });
});

interface SymbolPair {
  readonly name: string;
  readonly original: string;
  readonly upgraded: string;
}

function pairOf(name: string, original: string): SymbolPair[] {
  const upgraded = upgradeSymbol(original);
  return upgraded === undefined ? [] : [{ name, original, upgraded }];
}

/** Symbols of the cases, each once. */
function casePairs(): SymbolPair[] {
  const symbols = new Map<string, string>();
  for (const item of cases.filter(({ id }) => !exceptions.has(id)))
    for (const [name, model] of caseModels(item))
      if (hasGraph(model)) symbols.set(buildSymbol(model), `${item.id} ${name}`);
  return [...symbols].flatMap(([symbol, name]) => pairOf(name, symbol));
}

function folderPairs(folder: string | undefined): SymbolPair[] {
  if (!folder || !existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith("-symbol.json"))
    .flatMap((name) => pairOf(name, readFileSync(join(folder, name), "utf8")));
}
