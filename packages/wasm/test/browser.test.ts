// The package in a real browser: from plain files, in a page and in a worker.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { skipChromium, startBrowser } from "../../cli/test/fake/chromium.js";
import { distFolder, skipModules, skipWith } from "./fake/built-modules.js";
import { agreeing, modelsFolder } from "./fake/digits.js";
import { type StaticServer, serve } from "./fake/static-server.js";
import { answerOf, digitsCode, images, open } from "./fake/wasm-page.js";

const reason = skipModules ?? skipChromium;
const encodedFolder = fileURLToPath(new URL("../../core/test/image/encoded/", import.meta.url));
const decodeGoldens = JSON.parse(
  readFileSync(new URL("../../core/test/image/goldens/decode.json", import.meta.url), "utf8"),
) as { file: string; shape: number[]; rgb: number[] }[];

describe("in a browser", () => {
  skipWith(reason);

  let browser: Browser;
  let server: StaticServer;
  beforeAll(async () => {
    if (reason !== undefined) return;
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
