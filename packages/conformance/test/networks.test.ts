import { loadLibrary } from "@libpredict/ffi";
import { describe, expect, it } from "vitest";
import { readNetworkGoldens } from "../src/network-golden.js";
import type { NetworkResult } from "../src/network-runs.js";
import { networkHead, networkLine, runNetworks } from "../src/networks-command.js";
import { unlessRequired } from "./optional-models.js";

describe("whole networks with random weights", () => {
  it("of the small half agree with the reference to 5e-4 of the largest output", async (context) => {
    const lines: string[] = [];
    const results = await runNetworks({
      library: loadLibrary().path,
      isReference: false,
      onlySmall: true,
      filter: "",
      report: (result: NetworkResult) => lines.push(networkLine(result)),
    });
    console.log([networkHead, ...lines].join("\n"));
    expect(results.filter(({ verdict }) => verdict === "fails").map(networkLine)).toEqual([]);
    const skipped = results.filter(({ verdict }) => verdict === "skipped");
    const skip = unlessRequired(`${skipped.length} networks: ${skipped[0]?.detail}`);
    context.skip(skipped.length > 0 && skip !== undefined, skip);
    expect(skipped).toEqual([]);
  }, 600_000);

  it("has one of each family, and small ones of most", () => {
    const goldens = readNetworkGoldens();
    const families = new Set(goldens.map(({ family }) => family));
    expect(families.size).toBeGreaterThan(25);
    expect(
      new Set(goldens.filter(({ small }) => small).map(({ family }) => family)).size,
    ).toBeGreaterThan(20);
    expect(goldens.filter(({ family }) => family === "gluon model zoo")).toHaveLength(34);
  });
});
