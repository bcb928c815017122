// The package in a real browser: from plain files, in a worker, by way of Vite.
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Browser, Page } from "playwright-core";
import { build, createServer, preview } from "vite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { distFolder, skipModules } from "./fake/built-modules.js";
import { skipChromium, startBrowser } from "./fake/chromium.js";
import { agreeing, digitGoldens, modelsFolder } from "./fake/digits.js";
import { type StaticServer, serve } from "./fake/static-server.js";

const reason = skipModules ?? skipChromium;
const encodedFolder = fileURLToPath(new URL("../../core/test/image/encoded/", import.meta.url));
const decodeGoldens = JSON.parse(
  readFileSync(new URL("../../core/test/image/goldens/decode.json", import.meta.url), "utf8"),
) as { file: string; shape: number[]; rgb: number[] }[];

/** Runs the network on the images of the goldens; for pages and workers alike. */
const digitsCode = `
async function classifyDigits(prefix, images) {
  const model = await Model.load(prefix);
  const predictor = model.createPredictor({ inputs: { data: [1, 1, 8, 8] } });
  const answers = [];
  for (const pixels of images) {
    const { softmax } = await predictor.run({ data: Float32Array.from(pixels) });
    answers.push(Array.from(softmax.data));
  }
  predictor.dispose();
  model.dispose();
  return answers;
}`;
const images = digitGoldens().map(({ pixels }) => pixels);

/** A page, and what went wrong in it. */
async function open(
  browser: Browser,
  url: string,
): Promise<{ page: Page; problems: string[]; requests: string[] }> {
  const page = await browser.newPage();
  const problems: string[] = [];
  const requests: string[] = [];
  page.on("pageerror", (error) => problems.push(error.message));
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) problems.push(message.text());
  });
  page.on("request", (request) => requests.push(new URL(request.url()).pathname));
  await page.goto(url);
  return { page, problems, requests };
}

/** Waits for what a page puts into `answer`. */
async function answerOf(page: Page): Promise<number[][]> {
  await page.waitForFunction("globalThis.answer !== undefined", undefined, { timeout: 60_000 });
  return (await page.evaluate("globalThis.answer")) as number[][];
}

describe.skipIf(reason)(`in a browser${reason ? `: ${reason}` : ""}`, () => {
  let browser: Browser;
  let server: StaticServer;
  beforeAll(async () => {
    browser = await startBrowser();
    const pages: Record<string, [type: string, text: string]> = {
      "/favicon.ico": ["image/png", ""],
      "/page/": [
        "text/html",
        `<!doctype html><base href="/"><script type="module">
          const before = Object.keys(globalThis);
          const lp = await import("./pkg/index.js");
          globalThis.added = Object.keys(globalThis).filter((name) => !before.includes(name));
          const { Model } = lp;
          ${digitsCode}
          Object.assign(globalThis, { lp, classifyDigits });
          globalThis.answer = await classifyDigits("models/digits/digits", ${JSON.stringify(images)});
        </script>`,
      ],
      "/worker.js": [
        "text/javascript",
        `import { decodeImage, Model } from "./pkg/index.js";
        ${digitsCode}
        onmessage = async ({ data }) => {
          // Relative to this worker.
          const image = await decodeImage("encoded/rgb.png");
          const answers = await classifyDigits("models/digits/digits", data);
          postMessage({ answers, size: [image.width, image.height, image.channels] });
        };`,
      ],
      "/empty/": ["text/html", "<!doctype html>"],
    };
    server = await serve(
      { pkg: fileURLToPath(distFolder), models: modelsFolder, encoded: encodedFolder },
      (request, response) => {
        const page = pages[request.url ?? ""];
        if (!page) return false;
        response.writeHead(200, { "content-type": page[0] });
        response.end(page[1]);
        return true;
      },
    );
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });

  it("a page of plain files computes what the reference does, and gets no new globals", async () => {
    const { page, problems, requests } = await open(browser, `${server.origin}/page/`);
    expect(agreeing(await answerOf(page))).toBe(20);
    expect(await page.evaluate("added")).toEqual([]);
    expect(problems).toEqual([]);
    // Chromium has relaxed SIMD; the other module is not fetched.
    expect(requests.filter((path) => path.startsWith("/pkg/"))).toEqual([
      "/pkg/index.js",
      "/pkg/predict-relaxed.wasm",
    ]);
    const plain = await page.evaluate(`(async () => {
      const backend = await lp.wasmBackend({ relaxed: false });
      const model = await lp.Model.load("models/digits/digits", { backend });
      return model.inputs;
    })()`);
    expect(plain).toEqual(["data"]);
    expect(requests.at(-3)).toBe("/pkg/predict.wasm");
    await page.close();
  });

  it("a module worker computes the same", async () => {
    const { page } = await open(browser, `${server.origin}/empty/`);
    const { answers, size } = (await page.evaluate(
      (pixels) =>
        new Promise((resolve, reject) => {
          const worker = new Worker("/worker.js", { type: "module" });
          worker.onmessage = ({ data }) => resolve(data);
          worker.onerror = ({ message }) => reject(new Error(message));
          worker.postMessage(pixels);
        }),
      images,
    )) as { answers: number[][]; size: number[] };
    expect(agreeing(answers)).toBe(20);
    expect(size).toEqual([9, 6, 3]);
    await page.close();
  });

  it("images are decoded as MXNet decodes them", async () => {
    const { page } = await open(browser, `${server.origin}/page/`);
    await answerOf(page);
    const decoded = (await page.evaluate(
      `Promise.all(${JSON.stringify(decodeGoldens.map(({ file }) => file))}.map(async (file) => {
        const image = await lp.decodeImage("encoded/" + file);
        const options = { size: image, resize: "none", layout: "NHWC" };
        return [image.height, image.width, ...lp.preprocess(image, options).data];
      }))`,
    )) as number[][];
    const differing = decodeGoldens.filter(({ file, shape, rgb }, i) => {
      const [height, width, ...ours] = decoded[i] as number[];
      // Decoders of JPEG may differ by rounding; the others have nothing to round.
      const allowed = file.endsWith(".jpg") ? 2 : 0;
      return (
        `${[height, width, 3]}` !== `${shape}` ||
        ours.some((value, at) => Math.abs(value - (rgb[at] ?? Number.NaN)) > allowed)
      );
    });
    // What the text of decodeImage tells: colours of transparent pixels; a PNG with an orientation.
    expect(differing.map(({ file }) => file)).toEqual([
      "gray-alpha.png",
      "rgba.png",
      "turned-6.png",
    ]);
    await page.close();
  });

  it("what does not load is said as in Node", async () => {
    const { page } = await open(browser, `${server.origin}/page/`);
    await answerOf(page);
    const failures = (await page.evaluate(`Promise.all([
      lp.Model.load("models/none"),
      lp.wasmBackend({ module: "/page/" }),
      lp.wasmBackend({ module: "none.wasm" }),
      lp.decodeImage("pkg/index.js"),
      lp.decodeImage("encoded/none.png"),
      lp.decodeImage(7),
      lp.readLabels("encoded/none.txt"),
      lp.Model.load({ symbol: "{", params: new Uint8Array(3) }),
      fetch("/pkg/predict.wasm").then((r) => r.arrayBuffer())
        .then((bytes) => lp.wasmBackend({ module: bytes.slice(0, 1000) })),
    ].map((load) => load.then(() => "nothing was thrown", (e) => e.code + ": " + e.message)))`)) as string[];
    const expected = [
      /^load: no model ".*\/models\/none"; tried\n {2}symbol \(.*-symbol\.json\): HTTP status 404/,
      /^load: .*a page of HTML came instead/s,
      /^load: .*none\.wasm\): HTTP status 404/s,
      /^image: pkg\/index\.js: /,
      /^load: no image "encoded\/none\.png"/,
      /^argument: image: expected a URL, a Blob or a Uint8Array/,
      /^load: no label file "encoded\/none\.txt"/,
      /^symbol: /,
      /^load: .*damaged or cut off/s,
    ];
    expect(failures).toHaveLength(expected.length);
    expected.forEach((pattern, i) => {
      expect(failures[i]).toMatch(pattern);
    });
    await page.close();
  });

  it("a page without SIMD, and one without the network, are told so", async () => {
    const { page } = await open(browser, `${server.origin}/empty/`);
    const text = await page.evaluate(`(async () => {
      const { Model } = await import("/pkg/index.js");
      const validate = WebAssembly.validate;
      WebAssembly.validate = () => false;
      const simd = await Model.load("/models/digits/digits").catch((e) => e.code + ": " + e.message);
      WebAssembly.validate = validate;
      return simd;
    })()`);
    expect(text).toMatch(/^unavailable: WebAssembly has no SIMD here/);
    await page.context().setOffline(true);
    const offline = await page.evaluate(`import("/pkg/index.js").then(({ wasmBackend }) =>
      wasmBackend().catch((e) => e.code + ": " + e.message))`);
    expect(offline).toMatch(/^load: .*predict-relaxed\.wasm\): Failed to fetch/s);
    await page.context().setOffline(false);
    // The failure is not kept.
    const online = await page.evaluate(`import("/pkg/index.js").then(({ Model }) =>
      Model.load("/models/digits/digits").then((m) => m.outputs))`);
    expect(online).toEqual(["softmax_output"]);
    await page.close();
  });
});

describe.skipIf(reason)(`with Vite${reason ? `: ${reason}` : ""}`, () => {
  const folder = mkdtempSync(join(tmpdir(), "libpredict-vite-"));
  let browser: Browser;
  beforeAll(async () => {
    browser = await startBrowser();
    // Installed, not linked: Vite prepares linked packages in another way.
    const installed = join(folder, "node_modules/@libpredict/wasm");
    mkdirSync(installed, { recursive: true });
    cpSync(fileURLToPath(distFolder), join(installed, "dist"), { recursive: true });
    cpSync(fileURLToPath(new URL("../package.json", distFolder)), join(installed, "package.json"));
    cpSync(modelsFolder, join(folder, "public/models"), { recursive: true });
    const files = {
      "index.html":
        '<!doctype html><link rel="icon" href="data:,"><script type="module" src="/page.js"></script>',
      "page.js": `import { Model } from "@libpredict/wasm";
        ${digitsCode}
        const images = ${JSON.stringify(images)};
        async function inWorker() {
          const worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
          const answer = new Promise((resolve, reject) => {
            worker.onmessage = ({ data }) => resolve(data);
            worker.onerror = ({ message }) => reject(new Error(message));
          });
          worker.postMessage([new URL("models/digits/digits", document.baseURI).href, images]);
          return answer;
        }
        Promise.all([classifyDigits("models/digits/digits", images), inWorker()])
          .then((answers) => { globalThis.answer = answers.flat(); });`,
      "worker.js": `import { Model } from "@libpredict/wasm";
        ${digitsCode}
        onmessage = async ({ data }) => postMessage(await classifyDigits(...data));`,
    };
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Both the page's answers and the worker's. */
  async function expectRight(url: string | undefined): Promise<void> {
    const { page, problems } = await open(browser, url ?? "");
    const answers = await answerOf(page);
    expect(agreeing(answers.slice(0, 20))).toBe(20);
    expect(agreeing(answers.slice(20))).toBe(20);
    expect(problems).toEqual([]);
    await page.close();
  }
  const common = { root: folder, configFile: false, logLevel: "error" } as const;

  it("a page and its worker run while it is developed", async () => {
    const server = await createServer({ ...common, server: { port: 0, host: "127.0.0.1" } });
    await server.listen();
    await expectRight(server.resolvedUrls?.local[0]);
    await server.close();
  });

  it("a page and its worker run when it is built", async () => {
    await build(common);
    const server = await preview({ ...common, preview: { port: 0, host: "127.0.0.1" } });
    await expectRight(server.resolvedUrls?.local[0]);
    await server.close();
  });
});
