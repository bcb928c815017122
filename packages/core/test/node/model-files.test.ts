import { spawnSync } from "node:child_process";
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { writeFile } from "node:fs/promises";
import { freemem, tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { LoadError, type LoadProgress } from "../../src/index.js";
import { LoadWatch } from "../../src/load-watch.js";
import { findModelFiles, plainFile, readWatchedFile } from "../../src/node/model-files.js";

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

async function triedFor(prefix: string, epoch?: number): Promise<LoadError["tried"]> {
  const error = await findModelFiles(prefix, epoch).then(
    () => undefined,
    (e: unknown) => e,
  );
  expect(error).toBeInstanceOf(LoadError);
  return (error as LoadError).tried;
}

describe("findModelFiles", () => {
  const named = (name: string): string => join(folder, name);

  it("finds the symbol, and the parameters of the highest epoch", async () => {
    expect(await findModelFiles(named("net"))).toEqual({
      symbolPath: named("net-symbol.json"),
      paramsPath: named("net-0010.params"),
    });
  });

  it("compares epochs as numbers", async () => {
    expect((await findModelFiles(named("many"))).paramsPath).toBe(named("many-10000.params"));
  });

  it("takes a file URL", async () => {
    const { paramsPath } = await findModelFiles(pathToFileURL(named("net")));
    expect(paramsPath).toBe(named("net-0010.params"));
  });

  it("takes the symbol file for the prefix", async () => {
    const { paramsPath } = await findModelFiles(named("net-symbol.json"));
    expect(paramsPath).toBe(named("net-0010.params"));
  });

  it("finds the parameters of an epoch", async () => {
    expect((await findModelFiles(named("net"), 9)).paramsPath).toBe(named("net-0009.params"));
    expect((await findModelFiles(named("many"), 10000)).paramsPath).toBe(
      named("many-10000.params"),
    );
  });

  it("lists the epochs there are when one is missing", async () => {
    const path = join(folder, "net");
    expect(await triedFor(path, 2)).toEqual([
      { source: "symbol", path: `${path}-symbol.json`, reason: "found" },
      {
        source: "parameters",
        path: `${path}-0002.params`,
        reason: "no such file or directory; there are epochs 1, 9, 10",
      },
    ]);
  });

  it("lists what it looked for when the parameters are missing, and parameters of other names", async () => {
    const path = join(folder, "lonely");
    expect(await triedFor(path)).toEqual([
      { source: "symbol", path: `${path}-symbol.json`, reason: "found" },
      {
        source: "parameters",
        path: `${path}-NNNN.params`,
        reason: expect.stringMatching(
          /^no such file; the folder has .*"net-0001.params".*; files of other names, and models without parameters, are loaded with \{ symbolFile, paramsFile \}$/,
        ),
      },
    ]);
  });

  it("lists the prefixes there are when the symbol is missing, the likest first", async () => {
    const path = join(folder, "nets");
    expect(await triedFor(path)).toEqual([
      {
        source: "symbol",
        path: `${path}-symbol.json`,
        reason: `no such file or directory; the folder has "${join(folder, "net")}", "${join(folder, "lonely")}", "${join(folder, "many")}"`,
      },
      {
        source: "parameters",
        path: `${path}-NNNN.params`,
        reason: expect.stringMatching(/^no such file; the folder has "net-99.params"/),
      },
    ]);
    expect((await triedFor(join(folder, "weights")))[1]?.reason).toBe("found");
  });

  it("says so when the path is a folder, or one file of a model", async () => {
    const reasonFor = async (path: string): Promise<string> =>
      (await triedFor(path))[0]?.reason ?? "";
    expect(await reasonFor(folder)).toContain(`"${join(folder, "net")}"`);
    expect(await reasonFor(join(folder, "weights-0000.params"))).toBe(
      'no such file or directory; "weights-0000.params" itself is a file: give its prefix, or { symbolFile, paramsFile }',
    );
    mkdirSync(join(folder, "empty"));
    expect(await reasonFor(join(folder, "empty"))).toMatch(/; that is a folder without models$/);
  });

  it("lists what it looked for when the folder is missing", async () => {
    const path = join(folder, "none", "net");
    expect((await triedFor(path)).map((t) => t.reason)).toEqual([
      "no such file or directory",
      "no such file or directory",
    ]);
  });

  it("refuses URLs that are no paths", async () => {
    for (const url of ["file://host.example/net", new URL("ftp://host.example/net")])
      await expect(findModelFiles(url)).rejects.toMatchObject({
        code: "argument",
        message: expect.stringMatching(/is no path/),
      });
  });
});

describe("plainFile", () => {
  it("tells files with a size from everything else", async () => {
    const path = join(folder, "net-symbol.json");
    expect(await plainFile(path)).toBe(path);
    expect(await plainFile(pathToFileURL(path))).toBe(path);
    for (const other of [folder, join(folder, "none"), "/dev/null", "a\0b"])
      expect(await plainFile(other)).toBeUndefined();
    await expect(plainFile("file://host.example/net")).rejects.toMatchObject({ code: "argument" });
  });
});

describe("readWatchedFile", () => {
  const read = (name: string, watch = new LoadWatch()): Promise<Uint8Array> =>
    readWatchedFile(join(folder, name), watch);

  it("reads files of several pieces, and tells how far it is", async () => {
    const size = 9 * 2 ** 20 + 5;
    const content = Buffer.alloc(size, "0123456");
    writeFileSync(join(folder, "big"), content);
    const events: LoadProgress[] = [];
    const bytes = await read("big", new LoadWatch({ onProgress: (event) => events.push(event) }));
    expect(content.equals(bytes)).toBe(true);
    const file = join(folder, "big");
    expect(events[0]).toEqual({ file, loadedBytes: 0, totalBytes: size });
    expect(events.at(-1)).toEqual({ file, loadedBytes: size, totalBytes: size });
    const loaded = events.map((event) => event.loadedBytes);
    expect(loaded).toEqual([...new Set(loaded)].sort((a, b) => a - b));
  });

  it("reads an empty file, and what has no size beforehand", async () => {
    writeFileSync(join(folder, "nothing"), "");
    expect(await read("nothing")).toEqual(new Uint8Array(0));
    const events: LoadProgress[] = [];
    const pipe = join(folder, "pipe");
    expect(spawnSync("mkfifo", [pipe]).status).toBe(0);
    const reading = read("pipe", new LoadWatch({ onProgress: (event) => events.push(event) }));
    await writeFile(pipe, "through a pipe");
    expect(text(await reading)).toBe("through a pipe");
    expect(events.map(({ file: _, ...event }) => event)).toEqual([
      { loadedBytes: 0 },
      { loadedBytes: 14, totalBytes: 14 },
    ]);
  });

  it("says why a file cannot be read, and what the folder has instead", async () => {
    await expect(read("net-002.params")).rejects.toThrow(
      'no such file or directory; the folder has "net-0001.params", "net-0009.params", "net-0010.params"',
    );
    await expect(read(".")).rejects.toThrow("a folder, not a file");
    await expect(read("none/net")).rejects.toThrow(/^no such file or directory$/);
  });

  it("stops between pieces when it is aborted, and passes on what onProgress throws", async () => {
    writeFileSync(join(folder, "big"), Buffer.alloc(9 * 2 ** 20));
    const controller = new AbortController();
    const reading = read(
      "big",
      new LoadWatch({ signal: controller.signal, onProgress: () => controller.abort("enough") }),
    );
    await expect(reading).rejects.toMatchObject({ code: "aborted", cause: "enough" });
    const failure = new Error("of the caller");
    const onProgress = (): never => {
      throw failure;
    };
    await expect(read("big", new LoadWatch({ onProgress }))).rejects.toBe(failure);
  });

  const enough = freemem() > 6 * 2 ** 30 || process.env["LIBPREDICT_REQUIRE_ALL"] === "1";
  it("reads a file above 2 GiB", async ({ skip }) => {
    if (!enough) return skip("a file above 2 GiB: needs 6 GiB of free memory");
    const size = 2 ** 31 + 2 ** 20;
    const path = join(folder, "huge");
    writeFileSync(path, "begin");
    truncateSync(path, size);
    const fd = openSync(path, "r+");
    writeSync(fd, Buffer.from("end"), 0, 3, size - 3);
    closeSync(fd);
    const bytes = await read("huge");
    rmSync(path);
    expect(bytes.length).toBe(size);
    expect(text(bytes.subarray(0, 5)) + text(bytes.subarray(-3))).toBe("beginend");
  });
});
