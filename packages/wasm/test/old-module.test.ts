// Programs of 2015 on libmxnet_predict.js: required, and in a script tag.
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { skipChromium, startBrowser } from "../../cli/test/fake/chromium.js";
import { distFolder, skipModules, skipWith } from "./fake/built-modules.js";
import { agreeing, digitGoldens, digitsPrefix, modelsFolder } from "./fake/digits.js";
import { type StaticServer, serve } from "./fake/static-server.js";

const script = fileURLToPath(new URL("compat/libmxnet_predict.js", distFolder));
const program = readFileSync(new URL("fake/old-program.js.txt", import.meta.url), "utf8");
const images = digitGoldens().map(({ pixels }) => pixels);

interface Answer {
  readonly answers: readonly { readonly shape: number[]; readonly data: number[] }[];
  readonly refused: string;
}

function expectRight({ answers, refused }: Answer): void {
  expect(agreeing(answers.map(({ data }) => data))).toBe(20);
  expect(answers[0]?.shape).toEqual([1, 10]);
  expect(refused).toMatch(/symbol|JSON/i);
}

/** Of the old module, what the tests name. */
interface OldModule {
  readonly HEAPU8: Uint8Array;
  readonly HEAPU32: Uint32Array;
  readonly HEAPF64: Float64Array;
  _malloc(bytes: number): number;
  _free(address: number): void;
  setValue(address: number, value: number, type?: string): void;
  getValue(address: number, type?: string): number;
  writeStringToMemory(text: string, address: number, withoutNul?: boolean): void;
  stringToUTF8(text: string, address: number, mostBytes: number): number;
  lengthBytesUTF8(text: string): number;
  Pointer_stringify(address: number, length?: number): string;
  UTF8ToString(address: number): string;
  allocate(slab: unknown, types: unknown, allocator?: number, address?: number): number;
  intArrayFromString(text: string): number[];
  ccall(name: string, result: string | null, types?: string[], values?: unknown[]): unknown;
  cwrap(name: string, result: string | null, types?: string[]): (...values: unknown[]) => unknown;
  addFunction(run: (...values: number[]) => void): number;
  readonly Runtime: { getNativeTypeSize(type: string): number };
  readonly ALLOC_NORMAL: number;
}

describe("libmxnet_predict.js, required", () => {
  skipWith(skipModules);

  const folder = mkdtempSync(join(tmpdir(), "libpredict-old-"));
  let old: OldModule;
  beforeAll(() => {
    if (skipModules !== undefined) return;
    copyFileSync(script, join(folder, "libmxnet_predict.js"));
    old = createRequire(import.meta.url)(script) as OldModule;
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("runs a program that knows nothing else, from a copy of the file alone", () => {
    writeFileSync(
      join(folder, "program.js"),
      `var fs = require("fs");
      var Module = require("./libmxnet_predict.js");
      ${program}
      var prefix = ${JSON.stringify(digitsPrefix)};
      var symbol = fs.readFileSync(prefix + "-symbol.json", "utf8");
      var params = fs.readFileSync(prefix + "-0000.params");
      console.log(JSON.stringify(classifyAll(symbol, params, ${JSON.stringify(images)})));
      if (typeof ccall !== "undefined" || typeof HEAPU8 !== "undefined") throw new Error("globals");`,
    );
    const run = spawnSync(process.execPath, ["program.js"], { cwd: folder, encoding: "utf8" });
    expect(run.stderr).toBe("");
    expectRight(JSON.parse(run.stdout) as Answer);
  });

  it("is an entry of the package", () => {
    const require = createRequire(new URL("../", distFolder));
    expect(require.resolve("@libpredict/wasm/libmxnet_predict.js")).toBe(script);
  });

  it("reads and writes values of every type", () => {
    const at = old._malloc(16);
    for (const [type, value] of [
      ["i8", -128],
      ["i16", -32768],
      ["i32", -(2 ** 31)],
      ["i64", -5],
      ["float", 0.5],
      ["double", 0.1],
      ["i8*", 2 ** 31 + 4],
      ["*", 12],
    ] as const) {
      old.setValue(at, value, type);
      expect([type, old.getValue(at, type)]).toEqual([type, value]);
    }
    old.setValue(at, 1e10, "i64");
    expect(old.HEAPU32[at / 4]).toBe(1e10 % 2 ** 32);
    expect(old.HEAPU32[at / 4 + 1]).toBe(2);
    old.setValue(at, 65);
    expect(old.getValue(at)).toBe(65);
    expect(() => old.setValue(at, 1, "i24")).toThrow(/invalid type: i24/);
    expect(old.Runtime.getNativeTypeSize("i64")).toBe(8);
    old._free(at);
  });

  it("reads and writes texts", () => {
    const at = old._malloc(64);
    old.HEAPU8.fill(0xff, at, at + 64);
    old.writeStringToMemory("größe", at);
    expect([...old.HEAPU8.subarray(at, at + 9)]).toEqual([
      103, 114, 195, 182, 195, 159, 101, 0, 255,
    ]);
    expect(old.Pointer_stringify(at)).toBe("größe");
    expect(old.Pointer_stringify(at, 2)).toBe("gr");
    old.writeStringToMemory("ab", at, true);
    expect(old.UTF8ToString(at)).toBe("aböße");
    expect(old.stringToUTF8("aöb", at, 3)).toBe(1); // no half of a character
    expect(old.UTF8ToString(at)).toBe("a");
    expect(old.lengthBytesUTF8("€")).toBe(3);
    expect(old.Pointer_stringify(0)).toBe("");
    const bytes = old.allocate(old.intArrayFromString("hi"), "i8", old.ALLOC_NORMAL);
    expect(old.UTF8ToString(bytes)).toBe("hi");
    const floats = old.allocate([0.5, 1.5], "double", old.ALLOC_NORMAL);
    expect([...old.HEAPF64.subarray(floats / 8, floats / 8 + 2)]).toEqual([0.5, 1.5]);
    const zeros = old.allocate(8, "i32", old.ALLOC_NORMAL);
    expect([...old.HEAPU8.subarray(zeros, zeros + 8)]).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
    for (const block of [at, bytes, floats, zeros]) old._free(block);
  });

  it("has views that are right after the memory has grown", () => {
    const before = old.HEAPU8;
    expect(old.HEAPU8).toBe(before);
    const at = old._malloc(2 ** 27);
    expect(before.length).toBe(0);
    old.HEAPU8[at + 2 ** 27 - 1] = 7;
    expect(old.getValue(at + 2 ** 27 - 1)).toBe(7);
    old._free(at);
  });

  it("calls with texts and arrays, and frees them", () => {
    const size = old._malloc(8);
    const symbol = readFileSync(`${digitsPrefix}-symbol.json`);
    const check = old.cwrap("LPCheckModel", "number", [
      "array",
      "number",
      "number",
      "number",
      "number",
      "number",
    ]);
    expect(check(symbol, symbol.length, 0, 0, size, size + 4)).toBe(0);
    expect(old.getValue(size, "i32")).toBeGreaterThan(10);
    expect(old.ccall("LPGetVersion", "string")).toMatch(/^\d+\.\d+/);
    expect(() => old.ccall("MXPredict", "number")).toThrow(/unknown function MXPredict/);
    const bytes = old.HEAPU8.length;
    const large = new Uint8Array(1 << 20);
    for (let i = 0; i < 200; i++) check(large, large.length, 0, 0, size, size + 4);
    expect(old.HEAPU8.length).toBe(bytes);
    old._free(size);
  });

  it("takes functions for callbacks", () => {
    expect(old.addFunction(() => {})).toBeGreaterThan(0);
  });

  it("reserves what TOTAL_MEMORY asks for, so that views stay valid", () => {
    const code = `
      globalThis.Module = { TOTAL_MEMORY: 100e6, onRuntimeInitialized() { this.told = true; }, preRun: [() => { Module.first = !Module.calledRun; }] };
      const old = require(${JSON.stringify(script)});
      const heap = old.HEAPU8;
      old._malloc(60e6);
      console.log(heap === old.HEAPU8, heap.length > 100e6, old === Module, old.told, old.first, old.calledRun);`;
    const run = spawnSync(process.execPath, ["-e", code], { encoding: "utf8" });
    expect(run.stderr + run.stdout).toBe("true true true true true true\n");
  });

  it("says so where there is no SIMD", () => {
    const code = `WebAssembly.validate = () => false; require(${JSON.stringify(script)});`;
    const run = spawnSync(process.execPath, ["-e", code], { encoding: "utf8" });
    expect(run.status).toBe(1);
    expect(run.stderr).toMatch(/WebAssembly has no SIMD here/);
  });
});

const reason = skipModules ?? skipChromium;
describe("libmxnet_predict.js, in a script tag", () => {
  skipWith(reason);

  let server: StaticServer;
  beforeAll(async () => {
    if (reason !== undefined) return;
    const pages: Record<string, string> = {
      "/with-module/": `<!doctype html><link rel="icon" href="data:,">
        <script>var Module = { onRuntimeInitialized: function () { started = true; } }, started = false;</script>
        <script src="/compat/libmxnet_predict.js"></script>
        <script>${program}</script>`,
      "/without-module/": `<!doctype html><link rel="icon" href="data:,">
        <script>var getValue = "the page's own";</script>
        <script src="/compat/libmxnet_predict.js"></script>`,
    };
    server = await serve(
      { compat: fileURLToPath(new URL("compat/", distFolder)), models: modelsFolder },
      (request, response) => {
        const page = pages[request.url ?? ""];
        if (page === undefined) return false;
        response.writeHead(200, { "content-type": "text/html" });
        response.end(page);
        return true;
      },
    );
  });
  afterAll(() => server?.close());

  it("starts before the next script, and runs the program", async () => {
    const browser = await startBrowser();
    const page = await browser.newPage();
    const problems: string[] = [];
    page.on("pageerror", (error) => problems.push(error.message));
    page.on("console", (message) => problems.push(message.text()));
    await page.goto(`${server.origin}/with-module/`);
    const answer = await page.evaluate(`(async () => {
      const symbol = await (await fetch("/models/digits/digits-symbol.json")).text();
      const params = new Uint8Array(await (await fetch("/models/digits/digits-0000.params")).arrayBuffer());
      return classifyAll(symbol, params, ${JSON.stringify(images)});
    })()`);
    expectRight(answer as Answer);
    expect(await page.evaluate("started")).toBe(true);
    await page.goto(`${server.origin}/without-module/`);
    const globals = await page.evaluate(`[
      Pointer_stringify(_MXGetLastError()) === "",
      ccall("LPGetVersion", "string") === Module.ccall("LPGetVersion", "string"),
      HEAPU8 === Module.HEAPU8,
      (_malloc(1 << 27), HEAPU8 === Module.HEAPU8),
      getValue,
    ]`);
    expect(globals).toEqual([true, true, true, true, "the page's own"]);
    expect(problems).toEqual([]);
    await browser.close();
  });
});
