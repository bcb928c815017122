// Every way in which a module does not come.
import { createServer } from "node:net";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { checkHost, compileModule, compileModuleSync } from "../src/module-source.js";
import { startBinding, wasmBackendSync } from "../src/wasm-backend.js";
import { moduleBytes, skipModules, skipWith } from "./fake/built-modules.js";
import { failureOf } from "./fake/failure-of.js";
import { type StaticServer, serve } from "./fake/static-server.js";

/** A module that is whole and has nothing in it. */
const empty = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);
const never = (): never => {
  throw new Error("the package's own module is not wanted here");
};

describe("a module", () => {
  skipWith(skipModules);

  let server: StaticServer;
  beforeAll(async () => {
    if (skipModules !== undefined) return;
    server = await serve({}, (request, response) => {
      const whole = moduleBytes();
      const answers: Record<string, [string, Uint8Array | string, number?]> = {
        "/right": ["application/wasm", whole],
        "/octets": ["application/octet-stream", whole],
        "/text": ["text/plain", whole],
        "/page": ["text/html", "<!DOCTYPE html><title>app</title>"],
        "/page-as-wasm": ["application/wasm", "\n<html></html>"],
        "/cut": ["application/wasm", whole.subarray(0, 100_000)],
        "/cut-octets": ["application/octet-stream", whole.subarray(0, 100_000)],
        "/nothing": ["application/octet-stream", ""],
        "/other": ["application/wasm", empty],
        "/gone": ["text/plain", "gone", 410],
      };
      const answer = answers[request.url ?? ""];
      if (request.url === "/short") {
        response.writeHead(200, { "content-type": "application/wasm", "content-length": 1000 });
        response.write(whole.subarray(0, 500), () => response.destroy());
        return true;
      }
      if (!answer) return request.url === "/hangs";
      const [type, content, status = 200] = answer;
      response.writeHead(status, { "content-type": type });
      response.end(content);
      return true;
    });
  });
  afterAll(() => server?.close());

  it.each(["/right", "/octets", "/text"])("comes from %s", async (path) => {
    const { engine } = await startBinding({ module: new URL(path, server.origin) }, never);
    expect(engine.stopped).toBe(false);
    const response = await fetch(new URL(path, server.origin));
    expect(await compileModule(response)).toBeInstanceOf(WebAssembly.Module);
  });

  it.each([
    ["/none", /HTTP status 404/],
    ["/gone", /HTTP status 410/],
    ["/page", /a page of HTML came instead/],
    ["/page-as-wasm", /damaged or cut off|a page of HTML/],
    ["/cut", /damaged or cut off: .*(?:length|end|expected)/i],
    ["/cut-octets", /damaged or cut off/],
    ["/short", /terminated|closed|reset|aborted|hang up/i],
    ["/nothing", /it is empty/],
    ["/other", /not the engine's module/],
  ])("is refused from %s", async (path, reason) => {
    const url = server.origin + path;
    const error = await failureOf(() => startBinding({ module: url }, never));
    expect(error.name).toBe("LoadError");
    expect(error.code).toBe("load");
    expect(error.message).toMatch(reason);
    expect(error.message).toContain(url);
  });

  it("does not come where nobody listens", async () => {
    const probe = createServer().listen(0);
    const { port } = probe.address() as { port: number };
    await new Promise((closed) => probe.close(closed));
    const error = await failureOf(() => compileModule(`http://127.0.0.1:${port}/predict.wasm`));
    expect(error).toMatchObject({
      name: "LoadError",
      message: expect.stringContaining("ECONNREF"),
    });
  });

  it("is not waited for once its signal is aborted", async () => {
    const signal = AbortSignal.timeout(50);
    const error = await failureOf(() =>
      startBinding({ module: `${server.origin}/hangs`, signal }, never),
    );
    expect(error).toMatchObject({ name: "PredictError", code: "aborted" });
    expect(error.cause).toMatchObject({ name: "TimeoutError" });
  });

  it.each([7, null, {}, []])("is not %j", async (module) => {
    const asynchronous = await failureOf(() => startBinding({ module: module as never }, never));
    expect(asynchronous).toMatchObject({ code: "argument" });
    const atOnce = await failureOf(() => wasmBackendSync(module as never));
    expect(atOnce).toMatchObject({ code: "argument" });
  });

  it("that is damaged is refused at once too", async () => {
    for (const bytes of [moduleBytes().subarray(0, 5000), new Uint8Array(100), new Uint8Array(0)]) {
      const error = await failureOf(() => compileModuleSync(bytes));
      expect(error).toMatchObject({
        name: "LoadError",
        message: expect.stringMatching(/bytes\): /),
      });
    }
  });

  it("whose memory cannot be had is an error of code memory", async () => {
    const instance = vi.spyOn(WebAssembly, "Instance").mockImplementation(function outOfMemory() {
      throw new RangeError("WebAssembly.Instance(): Out of memory: Cannot allocate Wasm memory");
    });
    try {
      const error = await failureOf(() => wasmBackendSync(moduleBytes()));
      expect(error).toMatchObject({ name: "PredictError", code: "memory" });
    } finally {
      instance.mockRestore();
    }
  });
});

describe("a host", () => {
  it("without SIMD is told so, before anything is fetched", async () => {
    const validate = vi.spyOn(WebAssembly, "validate").mockReturnValue(false);
    try {
      const error = await failureOf(() => startBinding({}, never));
      expect(error).toMatchObject({ name: "PredictError", code: "unavailable" });
      expect(error.message).toMatch(/no SIMD here: Chrome 91/);
    } finally {
      validate.mockRestore();
    }
  });

  it("without WebAssembly is told so", async () => {
    const kept = globalThis.WebAssembly;
    try {
      Reflect.deleteProperty(globalThis, "WebAssembly");
      expect(await failureOf(checkHost)).toMatchObject({ code: "unavailable" });
    } finally {
      globalThis.WebAssembly = kept;
    }
  });
});
