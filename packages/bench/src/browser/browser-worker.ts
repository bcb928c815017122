/**
 * Worker: a runtime in a page of headless Chromium. The first argument is its name in
 * page-runtimes.ts, the second the folder of the peers' packages.
 */

import { writeFileSync, writeSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { type Browser, chromium, type Page } from "playwright-core";
import type { RunAnswer } from "../peers/peer-process.js";
import type * as NetworkPage from "./network-page.js";
import { startServer } from "./network-server.js";

const answersDescriptor = 3;
const [, , runtime = "", peersFolder = ""] = process.argv;
const packages = resolve(fileURLToPath(new URL("../../..", import.meta.url)));

/** Bare names that the modules import, as a bundler would find them. */
const importMap = {
  imports: {
    "@libpredict/wasm": "/own/wasm/dist/index.js",
    "onnxruntime-web/wasm": "/packages/onnxruntime-web/dist/ort.wasm.min.mjs",
    "@litertjs/core": "/packages/@litertjs/core/dist/index.js",
    "@litertjs/wasm-utils": "/packages/@litertjs/wasm-utils/dist/index.js",
  },
};

const page = `<!doctype html><title>bench</title><link rel="icon" href="data:,">
<script type="importmap">${JSON.stringify(importMap)}</script>
<script type="module">
import * as network from "/bench/browser/network-page.js";
window.network = network;
</script>`;

/** What the page's `window` has; functions given to `evaluate` run there. */
declare const network: typeof NetworkPage;

interface Request {
  readonly do: "load" | "run" | "outputs";
  readonly folder: string;
  readonly seconds: number;
  readonly runs: number;
  readonly file: string;
}

let browser: Browser | undefined;
let opened: Page | undefined;

async function answer(request: Request): Promise<object> {
  if (request.do === "load") {
    const times = await load(request.folder);
    return { ...times, memory: { before: null, after: null } };
  }
  if (opened === undefined) throw new Error("nothing is loaded");
  if (request.do === "run") {
    return (await opened.evaluate(([seconds, runs]) => network.run(seconds, runs), [
      request.seconds,
      request.runs,
    ] as const)) satisfies RunAnswer;
  }
  const values = await opened.evaluate(() => network.outputs());
  writeFileSync(request.file, new Uint8Array(Float32Array.from(values).buffer));
  return {};
}

async function load(folder: string): Promise<object> {
  const { address } = await startServer(page, {
    "/network/": folder,
    "/bench/": join(dirname(fileURLToPath(import.meta.url)), ".."),
    "/own/": packages,
    "/packages/": join(peersFolder, "node_modules"),
  });
  const executablePath = process.env["LIBPREDICT_CHROMIUM"] || "/usr/bin/chromium";
  // Root in a container, where a browser cannot make its own sandbox; the pages are ours.
  browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
  opened = await browser.newPage();
  const problems: string[] = [];
  opened.on("pageerror", (error) => problems.push(error.message));
  await opened.goto(address);
  await opened
    .waitForFunction("window.network !== undefined", undefined, { timeout: 10_000 })
    .catch((error: unknown) => {
      throw new Error(problems.join("; ") || String(error));
    });
  return opened.evaluate((name) => network.load(name), runtime);
}

const say = (line: object): void => {
  writeSync(answersDescriptor, `${JSON.stringify(line)}\n`);
};

for await (const line of createInterface({ input: process.stdin })) {
  try {
    say(await answer(JSON.parse(line) as Request));
  } catch (error) {
    say({ error: error instanceof Error ? error.message : String(error) });
  }
}
await browser?.close();
process.exit();
