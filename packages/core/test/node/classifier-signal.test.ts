// Signals reach what a classifier reads, not only what it runs.
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, it } from "vitest";
import { Classifier, Model } from "../../src/node.js";

let server: Server;
let base: string;
beforeAll(async () => {
  server = createServer((_request, response) => {
    response.writeHead(200, { "content-length": "100" });
    response.write("never whole");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const model = await Model.load(new URL("../../../examples/models/digits/digits", import.meta.url));
afterAll(() => model.dispose());
const options = { preset: "gray", imageSize: { width: 8, height: 8 }, size: 1 } as const;

it("labels that never come can be given up", async () => {
  const signal = AbortSignal.timeout(100);
  await expect(
    Classifier.load(model, { ...options, labels: `${base}/labels.txt`, signal }),
  ).rejects.toMatchObject({ code: "aborted", cause: { name: "TimeoutError" } });
});

it("an image that never comes can be given up", async () => {
  using classifier = await Classifier.load(model, options);
  const signal = AbortSignal.timeout(100);
  await expect(classifier.classify(`${base}/a.png`, { signal })).rejects.toMatchObject({
    code: "aborted",
    cause: { name: "TimeoutError" },
  });
});
