import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readContent } from "../../src/node/file-content.js";

let server: Server;
let base = "";
beforeAll(async () => {
  server = createServer((request, response) => {
    if (request.url === "/here") response.end("content");
    else response.writeHead(404, "Not Found").end();
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => new Promise((done) => server.close(done)));

describe("content", () => {
  it("comes from an http: URL, also as text", async () => {
    expect(new TextDecoder().decode(await readContent(`${base}/here`, "file"))).toBe("content");
    const url = new URL(`${base}/here`);
    expect(new TextDecoder().decode(await readContent(url, "file"))).toBe("content");
  });

  it("is not found: the status is told", async () => {
    await expect(readContent(`${base}/nowhere`, "image")).rejects.toMatchObject({
      name: "LoadError",
      tried: [{ source: "URL", path: `${base}/nowhere`, reason: "HTTP status 404 Not Found" }],
    });
  });

  it("is not reachable: the reason is told", async () => {
    const closed = createServer();
    await new Promise<void>((done) => closed.listen(0, "127.0.0.1", done));
    const { port } = closed.address() as AddressInfo;
    await new Promise((done) => closed.close(done));
    await expect(readContent(`http://127.0.0.1:${port}/x`, "image")).rejects.toMatchObject({
      code: "load",
      message: expect.stringMatching(/ECONNREFUSED/),
    });
  });

  it("is not waited for once the signal is aborted", async () => {
    const signal = AbortSignal.abort();
    for (const source of [`${base}/here`, import.meta.filename])
      await expect(readContent(source, "file", signal)).rejects.toMatchObject({ code: "aborted" });
  });

  it.each(["http://", "file://elsewhere/x.png", new URL("ftp://localhost/x"), "", 7 as never])(
    "is refused for %s, as an argument",
    async (source) => {
      await expect(readContent(source, "image")).rejects.toMatchObject({ code: "argument" });
    },
  );
});
