import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { LoadError } from "../../src/index.js";
import { readModelFiles } from "../../src/node/model-files.js";

let folder: string;
const write = (name: string, text: string): void => writeFileSync(join(folder, name), text);
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "libpredict-core-"));
  write("net-symbol.json", "{}");
  write("net-0001.params", "one");
  write("net-0010.params", "ten");
  write("net-0009.params", "nine");
  write("net-99.params", "too few digits");
  write("net-0011.params.bak", "a copy");
  write("net-big-9999.params", "another model");
  write("lonely-symbol.json", "{}");
  write("weights-0000.params", "w");
  write("many-symbol.json", "{}");
  write("many-9999.params", "old");
  write("many-10000.params", "new");
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const text = (bytes: unknown): string => Buffer.from(bytes as Uint8Array).toString();

async function triedFor(prefix: string): Promise<LoadError["tried"]> {
  const error = await readModelFiles(prefix).then(
    () => undefined,
    (e: unknown) => e,
  );
  expect(error).toBeInstanceOf(LoadError);
  return (error as LoadError).tried;
}

describe("readModelFiles", () => {
  it("reads the symbol, and the parameters of the highest epoch", async () => {
    const { symbol, params } = await readModelFiles(join(folder, "net"));
    expect(text(symbol)).toBe("{}");
    expect(text(params)).toBe("ten");
  });

  it("compares epochs as numbers", async () => {
    expect(text((await readModelFiles(join(folder, "many"))).params)).toBe("new");
  });

  it("takes a file URL", async () => {
    const { params } = await readModelFiles(pathToFileURL(join(folder, "net")));
    expect(text(params)).toBe("ten");
  });

  it("lists what it looked for when the parameters are missing", async () => {
    const path = join(folder, "lonely");
    expect(await triedFor(path)).toEqual([
      { source: "symbol", path: `${path}-symbol.json`, reason: "found" },
      { source: "parameters", path: `${path}-NNNN.params`, reason: "no such file" },
    ]);
  });

  it("lists what it looked for when the symbol is missing", async () => {
    const path = join(folder, "weights");
    expect(await triedFor(path)).toEqual([
      { source: "symbol", path: `${path}-symbol.json`, reason: "no such file or directory" },
      { source: "parameters", path: `${path}-0000.params`, reason: "found" },
    ]);
  });

  it("lists what it looked for when the folder is missing", async () => {
    const path = join(folder, "none", "net");
    expect((await triedFor(path)).map((t) => t.reason)).toEqual([
      "no such file or directory",
      "no such file or directory",
    ]);
  });
});
