// Models over HTTP, from a server in this process.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { LoadError, type LoadProgress, Model, type ModelInput } from "../../src/node.js";
import { RecordingBackend } from "../fake/recording-backend.js";

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

const send =
  (body: string | Uint8Array, headers: Record<string, string> = {}): Answer =>
  (_request, response) => {
    response.writeHead(200, headers).end(body);
  };
const big = Buffer.alloc(3 * 2 ** 20, "weights ");
/** The announced size is that of the compressed body: larger than "{}", less than `big`. */
const sendGzip = (body: string | Uint8Array): Answer => {
  const packed = gzipSync(body);
  return send(packed, { "content-encoding": "gzip", "content-length": String(packed.length) });
};
const answers: Record<string, Answer> = {
  "/net-symbol.json": send("{}"),
  "/net-0000.params": send("zero"),
  "/net-0007.params": send("seven"),
  "/net-symbol.json?token=a%2Fb": send("{}"),
  "/net-0000.params?token=a%2Fb": send("with a token"),
  "/moved-symbol.json": (_request, response) => {
    response.writeHead(302, { location: "/net-symbol.json" }).end();
  },
  "/moved-0000.params": (_request, response) => {
    response.writeHead(301, { location: "/gone" }).end();
  },
  "/page-symbol.json": send("<!doctype html>", { "content-type": "text/html; charset=utf-8" }),
  "/short-symbol.json": (_request, response) => {
    response.writeHead(200, { "content-length": "100" });
    response.write("{}");
    setTimeout(() => response.socket?.destroy(), 20);
  },
  "/gzip-symbol.json": sendGzip("{}"),
  "/gzip-0000.params": sendGzip(big),
  "/chunked-symbol.json": (_request, response) => {
    response.write("{");
    response.end("}");
  },
  "/chunked-0000.params": send(big, { "content-length": String(big.length) }),
  "/hanging-symbol.json": (_request, response) => {
    response.writeHead(200, { "content-length": "100" });
    response.write("{}");
  },
  "/empty": send(""),
  "/vast-symbol.json": (_request, response) => {
    response.writeHead(200, { "content-length": "999999999999999" });
    response.write("{}");
    response.once("close", () => closed.push("/vast-symbol.json"));
  },
};

let server: Server;
let base: string;
let requests: string[];
const closed: string[] = [];
let backend: RecordingBackend;
beforeAll(async () => {
  server = createServer((request, response) => {
    requests.push(request.url ?? "");
    const answer = answers[request.url ?? ""];
    if (answer) answer(request, response);
    else response.writeHead(404).end("not here");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});
beforeEach(() => {
  requests = [];
  backend = new RecordingBackend();
});

const load = (input: ModelInput, options: object = {}): Promise<Model> =>
  Model.load(input, { backend, ...options });

async function triedFor(input: ModelInput, options: object = {}): Promise<LoadError["tried"]> {
  const error = await load(input, options).catch((e: unknown) => e);
  expect(error).toBeInstanceOf(LoadError);
  return (error as LoadError).tried;
}

describe("a model at a web address", () => {
  it("is read from a prefix, epoch 0", async () => {
    await load(`${base}/net`);
    expect(backend.last).toEqual(["{}", "zero"]);
    expect(requests).toEqual(["/net-symbol.json", "/net-0000.params"]);
  });

  it("is read from the symbol file's address, from a URL, and of an epoch", async () => {
    await load(new URL(`${base}/net-symbol.json`), { epoch: 7 });
    expect(backend.last).toEqual(["{}", "seven"]);
  });

  it("keeps the query", async () => {
    await load(`${base}/net?token=a%2Fb`);
    expect(backend.last).toEqual(["{}", "with a token"]);
  });

  it("may have files of any name, and no parameters", async () => {
    await load({ symbolFile: `${base}/net-symbol.json`, paramsFile: new URL(`${base}/empty`) });
    expect(backend.last).toEqual(["{}", ""]);
    await load({ symbolFile: `${base}/net-symbol.json` });
    expect(backend.last).toEqual(["{}", undefined]);
  });

  it("may come compressed, and in chunks of no announced size", async () => {
    for (const name of ["gzip", "chunked"]) {
      const events: LoadProgress[] = [];
      await load(`${base}/${name}`, { onProgress: (event: LoadProgress) => events.push(event) });
      expect(backend.last).toEqual(["{}", big.toString()]);
      const symbol = `${base}/${name}-symbol.json`;
      const params = `${base}/${name}-0000.params`;
      const totalBytes = big.length;
      expect(events[0]).toEqual({ file: symbol, loadedBytes: 0 });
      expect(events.find((event) => event.file === params)).toEqual(
        name === "gzip"
          ? { file: params, loadedBytes: 0 }
          : { file: params, loadedBytes: 0, totalBytes },
      );
      expect(events.at(-1)).toEqual({ file: params, loadedBytes: totalBytes, totalBytes });
    }
  });
});

describe("a model that is not at a web address", () => {
  it("lists the addresses that were tried, and that folders cannot be listed", async () => {
    expect(await triedFor(`${base}/nothing`)).toEqual([
      {
        source: "symbol",
        path: `${base}/nothing-symbol.json`,
        reason: "HTTP status 404 Not Found",
      },
    ]);
    answers["/alone-symbol.json"] = send("{}");
    expect(await triedFor(`${base}/alone`)).toEqual([
      { source: "symbol", path: `${base}/alone-symbol.json`, reason: "found" },
      {
        source: "parameters",
        path: `${base}/alone-0000.params`,
        reason:
          "HTTP status 404 Not Found; a folder at a URL cannot be listed, so epoch 0 was tried: give { epoch }",
      },
    ]);
    expect((await triedFor(`${base}/alone`, { epoch: 3 }))[1]).toEqual({
      source: "parameters",
      path: `${base}/alone-0003.params`,
      reason: "HTTP status 404 Not Found",
    });
  });

  it("says where redirects led", async () => {
    expect((await triedFor(`${base}/moved`)).map((attempt) => attempt.reason)).toEqual([
      "found",
      expect.stringContaining(`HTTP status 404 Not Found, redirected to ${base}/gone`),
    ]);
  });

  it("is no page of HTML", async () => {
    expect((await triedFor(`${base}/page`))[0]?.reason).toBe(
      "a page of HTML came instead (HTTP status 200)",
    );
  });

  it("is not taken if its body ends too early", async () => {
    expect((await triedFor(`${base}/short`))[0]?.reason).toMatch(
      /^the body ended after 2 of 100 bytes: /,
    );
    expect(backend.sources).toEqual([]);
  });

  it("says why there is no connection", async () => {
    expect((await triedFor("http://127.0.0.1:1/net"))[0]?.reason).toMatch(/ECONNREFUSED|bad port/);
  });

  it("can be waited for until the signal is aborted", async () => {
    const controller = new AbortController();
    const loading = load(`${base}/hanging`, { signal: controller.signal });
    setTimeout(() => controller.abort("enough"), 20);
    await expect(loading).rejects.toMatchObject({ code: "aborted", cause: "enough" });
    const late = load(`${base}/net`, { signal: AbortSignal.abort("enough") });
    await expect(late).rejects.toMatchObject({ code: "aborted" });
  });
});

it("a body that is refused gives its connection back", async () => {
  await expect(load(`${base}/vast`)).rejects.toMatchObject({ code: "memory" });
  await expect.poll(() => closed, { timeout: 2000 }).toEqual(["/vast-symbol.json"]);
});
