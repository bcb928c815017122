import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readNDArrays, readNpy, Tensor, writeNDArrays, writeNpy } from "@libpredict/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  digits,
  digitsTensor,
  golden,
  labelOf,
  writeDigitPng,
  writeDigitsNpy,
} from "./fake/digits-files.js";
import { writeModel } from "./fake/model-writer.js";
import { runCli, runJson } from "./fake/run-cli.js";

let folder: string;
const at = (name: string): string => join(folder, name);
/** The options that make a PNG of a digit what the network was trained on. */
const asDigit = ["--preset", "gray", "--input", "data=1,1,8,8"];

interface Top {
  readonly index: number;
  readonly label: string | null;
  readonly score: number;
}

interface Result {
  readonly input: string;
  readonly row?: number;
  readonly top?: readonly Top[];
  readonly outputs?: readonly Record<string, unknown>[];
  readonly error?: { readonly code: string; readonly message: string; readonly hint?: string };
}

async function predictJson(...arguments_: string[]): Promise<readonly Result[]> {
  const document = await runJson(["predict", ...arguments_]);
  expect(Object.keys(document)).toEqual(["model", "scores", "results", "failed"]);
  expect(document["failed"]).toBe(0);
  return document["results"] as Result[];
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "libpredict-cli-"));
  writeDigitsNpy(at("one.npy"), [0]);
  writeDigitsNpy(
    at("golden.npy"),
    golden.map(({ index }) => index),
  );
  mkdirSync(at("photos/more"), { recursive: true });
  await writeDigitPng(at("photos/a.png"), 0);
  await writeDigitPng(at("photos/b.PNG"), 1);
  await writeDigitPng(at("photos/more/c.png"), 2);
  writeFileSync(at("photos/readme.txt"), "no image");
  writeFileSync(at("broken.png"), "no image");
  writeFileSync(at("labels.txt"), "nought\none\ntwo\nthree\nfour\nfive\nsix\nseven\neight\nnine\n");
  // y = x W^T + b with W the unit matrix: logits are x.
  writeModel(
    at("logits"),
    [
      [
        { name: "data" },
        { name: "w" },
        { name: "b" },
        {
          name: "fc",
          op: "FullyConnected",
          attrs: { num_hidden: "2" },
          inputs: ["data", "w", "b"],
        },
      ],
      ["fc"],
    ],
    { w: Tensor.from([1, 0, 0, 1]).reshape([2, 2]), b: Tensor.from([0, 0]) },
  );
  // sum = 2 a + b, and a maximum of both.
  writeModel(
    at("pair"),
    [
      [
        { name: "a" },
        { name: "b" },
        { name: "w" },
        { name: "twice", op: "broadcast_mul", inputs: ["a", "w"] },
        { name: "sum", op: "elemwise_add", inputs: ["twice", "b"] },
        { name: "larger", op: "_maximum", inputs: ["a", "b"] },
      ],
      ["sum", "larger"],
    ],
    { w: Tensor.from([2]) },
  );
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe("predict", () => {
  it("gives MXNet's probabilities for an array of digits, one result for each row", async () => {
    const results = await predictJson(digits, at("golden.npy"), "--top", "10");
    expect(results.map(({ input, row }) => [input, row])).toEqual(
      golden.map((_, row) => [at("golden.npy"), row]),
    );
    golden.forEach(({ softmax, label }, row) => {
      const top = results[row]?.top ?? [];
      expect(top[0]).toMatchObject({ index: label, label: null });
      expect(top.map(({ index }) => index).toSorted((a, b) => a - b)).toEqual(
        softmax.map((_, i) => i),
      );
      for (const { index, score } of top)
        expect(Math.abs(score - (softmax[index] as number))).toBeLessThan(5e-4);
    });
  });

  it("shows probabilities as per cent, aligned, the best first", async () => {
    const { code, stdout, stderr } = await runCli([
      "predict",
      digits,
      at("one.npy"),
      "--labels",
      at("labels.txt"),
      "--top",
      "3",
    ]);
    expect(stderr).toBe("");
    expect(stdout).toBe("100.00 %  two    2\n  0.00 %  eight  8\n  0.00 %  three  3\n");
    expect(code).toBe(0);
  });

  it("reads images, prepared by a preset at the size that --input states", async () => {
    const [result] = await predictJson(digits, at("photos/a.png"), ...asDigit);
    expect(result?.top?.[0]?.index).toBe(labelOf(0));
    expect(result?.top).toHaveLength(5);
  });

  it("reads a recipe from a file", async () => {
    writeFileSync(at("recipe.json"), '{ "preset": "gray", "size": { "width": 8, "height": 8 } }');
    const preset = ["--preset", at("recipe.json")];
    const [result] = await predictJson(digits, at("photos/a.png"), ...preset);
    expect(result?.top?.[0]?.index).toBe(labelOf(0));
    writeFileSync(at("recipe.json"), '{ "preset": "gray", "means": 3 }');
    const wrong = await runCli(["predict", digits, at("photos/a.png"), ...preset]);
    expect(wrong).toMatchObject({ code: 1, stdout: "" });
    expect(wrong.stderr).toContain('there is no option "means"');
  });

  it("lists the images of a folder, not those deeper, whatever the case of their endings", async () => {
    const results = await predictJson(digits, at("photos"), ...asDigit);
    expect(results.map(({ input }) => input)).toEqual([at("photos/a.png"), at("photos/b.PNG")]);
    expect(results.map(({ top }) => top?.[0]?.index)).toEqual([labelOf(0), labelOf(1)]);
  });

  it("matches patterns itself", async () => {
    const results = await predictJson(digits, at("photos/**/*.{png,PNG}"), ...asDigit);
    expect(results.map(({ input }) => input)).toEqual([
      at("photos/a.png"),
      at("photos/b.PNG"),
      at("photos/more/c.png"),
    ]);
  });

  it("gives the same with several images in one run", async () => {
    const one = await predictJson(digits, at("photos/**/*.*g"), at("photos/*.PNG"), ...asDigit);
    const two = await predictJson(
      digits,
      at("photos/**/*.*g"),
      at("photos/*.PNG"),
      ...asDigit,
      "--batch",
      "3",
    );
    const picked = (results: readonly Result[]): unknown =>
      results.map(({ input, top }) => [input, top?.map(({ index }) => index)]);
    expect(one).toHaveLength(3);
    expect(picked(two)).toEqual(picked(one));
  });

  it("tells images and arrays on standard input apart by their content", async () => {
    const image = await runJson(["predict", digits, "-", ...asDigit], {
      input: readFileSync(at("photos/b.PNG")),
    });
    expect((image["results"] as Result[])[0]).toMatchObject({
      input: "-",
      top: [{ index: labelOf(1) }, {}, {}, {}, {}],
    });
    const array = await runJson(["predict", digits, "-"], { input: readFileSync(at("one.npy")) });
    expect((array["results"] as Result[])[0]?.top?.[0]?.index).toBe(labelOf(0));
    const names = writeNDArrays({ names: ["data"], tensors: [digitsTensor([1])] });
    const list = await runJson(["predict", digits, "-"], { input: names });
    expect((list["results"] as Result[])[0]?.top?.[0]?.index).toBe(labelOf(1));
    const nothing = await runCli(["predict", digits, "-"]);
    expect(nothing).toMatchObject({
      code: 1,
      stderr: "error (file): -: standard input is empty\n",
    });
  });

  it("goes on after inputs that fail, and exits with 1", async () => {
    const inputs = [at("photos/a.png"), at("broken.png"), at("gone.png"), at("photos/b.PNG")];
    const { code, stdout, stderr } = await runCli([
      "predict",
      digits,
      ...inputs,
      ...asDigit,
      "--json",
    ]);
    expect(code).toBe(1);
    const document = JSON.parse(stdout) as { results: Result[]; failed: number };
    expect(document.failed).toBe(2);
    expect(document.results.map(({ input }) => input)).toEqual(inputs);
    expect(document.results[0]?.top?.[0]?.index).toBe(labelOf(0));
    expect(document.results[1]?.error?.code).toBe("image");
    expect(document.results[2]?.error).toEqual({ code: "file", message: "no such file or folder" });
    expect(document.results[3]?.top?.[0]?.index).toBe(labelOf(1));
    expect(stderr).toContain(`error (image): ${at("broken.png")}: `);
    expect(stderr).toContain(`error (file): ${at("gone.png")}: no such file or folder\n`);
    expect(stderr).toMatch(/4 inputs, 2 failed, [\d.]+ m?s\n$/);
  });

  it("says that images need a preset, and lists the presets, before it loads anything", async () => {
    const { code, stdout, stderr } = await runCli(["predict", at("no-model"), at("photos/a.png")]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(/^error \(usage\): images need --preset/);
    for (const name of ["gluon", "imagenet-2015", "caffe", "gray"])
      expect(stderr).toMatch(new RegExp(`^  ${name} {2,}\\S`, "m"));
    const unknown = await runCli(["predict", digits, at("photos/a.png"), "--preset", "glouon"]);
    expect(unknown.code).toBe(2);
    expect(unknown.stderr).toMatch(/there is no preset "glouon"\nPresets .*\n {2}gluon/);
  });

  it("says which size the network does not take", async () => {
    const { code, stderr } = await runCli([
      "predict",
      digits,
      at("photos/a.png"),
      "--preset",
      "gray",
    ]);
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^error \(shape\): the network does not take images as data=1,1,28,28: /,
    );
    expect(stderr).toMatch(/\nState .* --input data=1,1,112,112;/);
  });

  it("refuses an array of another type, and converts it with --cast", async () => {
    writeFileSync(at("double.npy"), writeNpy(digitsTensor([0]).to("float64")));
    const refused = await runCli(["predict", digits, at("double.npy")]);
    expect(refused).toMatchObject({ code: 1, stdout: "" });
    expect(refused.stderr).toMatch(/^error \(dtype\): .*double\.npy: /);
    expect(refused.stderr).toContain("--cast converts arrays to float32.");
    const [result] = await predictJson(digits, at("double.npy"), "--cast");
    expect(result?.top?.[0]?.index).toBe(labelOf(0));
  });

  it("says what is wrong with an array of another shape, and takes it with the shape stated", async () => {
    writeFileSync(at("flat.npy"), writeNpy(digitsTensor([0, 1]).reshape([2, 64])));
    const refused = await runCli(["predict", digits, at("flat.npy")]);
    expect(refused).toMatchObject({ code: 1, stdout: "" });
    expect(refused.stderr).toMatch(/^error \((shape|attribute)\): .*flat\.npy: /);
    const results = await predictJson(digits, at("flat.npy"), "--input", "data=1,1,8,8");
    expect(results.map(({ top }) => top?.[0]?.index)).toEqual([labelOf(0), labelOf(1)]);
  });

  it("applies softmax to logits, and not to what --no-softmax takes as it is", async () => {
    // softmax of 0 and ln 3: 1/4 and 3/4.
    writeFileSync(at("logits.npy"), writeNpy(Tensor.from([[0, Math.log(3)]])));
    const document = await runJson(["predict", at("logits"), at("logits.npy")]);
    expect(document["scores"]).toBe("softmax");
    const [, less] = (document["results"] as Result[])[0]?.top ?? [];
    expect(less?.index).toBe(0);
    expect(less?.score).toBeCloseTo(0.25, 6);
    const text = await runCli(["predict", at("logits"), at("logits.npy")]);
    expect(text.stdout).toBe(" 75.00 %  class 1\n 25.00 %  class 0\n");
    const raw = await runCli(["predict", at("logits"), at("logits.npy"), "--no-softmax"]);
    expect(raw.stdout).toBe("1.099  class 1\n    0  class 0\n");
  });

  it("takes several inputs from --input, and shows outputs that are no classes", async () => {
    writeFileSync(at("a.npy"), writeNpy(Tensor.from([1, 2, 3])));
    writeFileSync(at("b.npy"), writeNpy(Tensor.from([10, 0, -10])));
    const [result] = await predictJson(
      at("pair"),
      "--input",
      `a=${at("a.npy")}`,
      "--input",
      `b=${at("b.npy")}`,
    );
    const numbers = { dtype: "float32", shape: [3] };
    expect(result).toEqual({
      input: `${at("a.npy")}, ${at("b.npy")}`,
      outputs: [
        { name: "sum_output", ...numbers, min: -4, max: 12, mean: 4, values: [12, 4, -4] },
        { name: "larger_output", ...numbers, min: 2, max: 10, mean: 5, values: [10, 2, 3] },
      ],
    });
    const one = await runCli(["predict", at("pair"), at("a.npy"), "--input", `b=${at("b.npy")}`]);
    expect(one.stdout).toBe(
      [
        "output         type     shape  min  max  mean",
        "sum_output     float32  3       -4   12     4",
        "larger_output  float32  3        2   10     5",
        "sum_output: 12 4 -4",
        "larger_output: 10 2 3",
        "",
      ].join("\n"),
    );
    const unclear = await runCli(["predict", at("pair"), at("a.npy")]);
    expect(unclear.code).toBe(2);
    expect(unclear.stderr).toContain("the model has 2 inputs: a, b");
  });

  it("takes an array file that names the inputs", async () => {
    const tensors = [Tensor.from([10, 0, -10]), Tensor.from([1, 2, 3])];
    writeFileSync(at("both.nd"), writeNDArrays({ names: ["b", "a"], tensors }));
    const shape = ["--input", "a=3"];
    const [result] = await predictJson(at("pair"), at("both.nd"), ...shape);
    expect(result?.outputs?.[0]).toMatchObject({ values: [12, 4, -4] });
    writeFileSync(at("other.nd"), writeNDArrays({ names: ["b", "c"], tensors }));
    const wrong = await runCli(["predict", at("pair"), at("other.nd"), ...shape]);
    expect(wrong.stderr).toContain('array "c" is no input; the inputs are a, b');
    expect(wrong.code).toBe(1);
  });

  it("saves an internal output of all inputs as one array", async () => {
    const { code, stderr } = await runCli([
      "predict",
      digits,
      at("golden.npy"),
      at("one.npy"),
      "--output",
      "dense2_fwd",
      "--save",
      at("logits-of-all.npy"),
    ]);
    expect(stderr).toBe(`wrote ${at("logits-of-all.npy")}\n`);
    expect(code).toBe(0);
    const saved = readNpy(readFileSync(at("logits-of-all.npy")));
    expect(saved.shape).toEqual([golden.length + 1, 10]);
    // The last row is the first image again.
    for (const [row, { logits }] of [...golden, golden[0] as (typeof golden)[number]].entries())
      logits.forEach((logit, i) => {
        const difference = Math.abs((saved.data[row * 10 + i] as number) - logit);
        expect(difference).toBeLessThan(5e-4 * Math.max(...logits.map(Math.abs)));
      });
  });

  it("saves several outputs by name, and refuses to put them into one .npy", async () => {
    writeFileSync(at("a.npy"), writeNpy(Tensor.from([1, 2, 3])));
    writeFileSync(at("b.npy"), writeNpy(Tensor.from([10, 0, -10])));
    const pair = ["predict", at("pair"), at("a.npy"), "--input", `b=${at("b.npy")}`, "--save"];
    expect(await runCli([...pair, at("outputs.nd")])).toMatchObject({ code: 0 });
    const { names, tensors } = readNDArrays(readFileSync(at("outputs.nd")));
    expect(names).toEqual(["sum_output", "larger_output"]);
    expect(tensors.map((tensor) => tensor.toNested())).toEqual([
      [12, 4, -4],
      [10, 2, 3],
    ]);
    const refused = await runCli([...pair, at("outputs.npy")]);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain("there are 2: sum_output, larger_output");
    expect((await runCli([...pair, at("outputs.txt")])).code).toBe(2);
  });

  it("writes one line of JSON for each result with --jsonl", async () => {
    const { code, stdout } = await runCli(["predict", digits, at("golden.npy"), "--jsonl"]);
    expect(code).toBe(0);
    const lines = stdout.trimEnd().split("\n");
    expect(lines.map((line) => (JSON.parse(line) as Result).row)).toEqual(golden.map((_, i) => i));
    expect((await runCli(["predict", digits, at("one.npy"), "--jsonl", "--json"])).code).toBe(2);
  });

  it("refuses labels in another number than the classes", async () => {
    writeFileSync(at("few.txt"), "a\nb\nc\n");
    const { code, stdout, stderr } = await runCli([
      "predict",
      digits,
      at("one.npy"),
      "--labels",
      at("few.txt"),
    ]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toContain("the network has 10 classes, there are 3 labels");
  });

  it("names an unknown layer once, with near names", async () => {
    const { code, stderr } = await runCli([
      "predict",
      digits,
      at("one.npy"),
      at("golden.npy"),
      "--output",
      "dense2_fw",
    ]);
    expect(code).toBe(1);
    expect(stderr.match(/error/g)).toHaveLength(1);
    expect(stderr).toContain("dense2_fw");
  });

  it("lists where it looked for a model that is not there", async () => {
    const { code, stdout, stderr } = await runCli([
      "predict",
      at("nothing"),
      at("one.npy"),
      "--json",
    ]);
    expect(code).toBe(1);
    const { error } = JSON.parse(stdout) as { error: { code: string; tried: unknown[] } };
    expect(error.code).toBe("load");
    expect(error.tried.length).toBeGreaterThan(0);
    expect(stderr).toContain(`${at("nothing")}-symbol.json`);
  });

  it("says which operators are not supported, and which command lists them all", async () => {
    const custom = { op: "Custom", attrs: { op_type: "mine" } };
    writeModel(at("unsupported"), [
      [{ name: "data" }, { name: "mine", ...custom, inputs: ["data"] }],
      ["mine"],
    ]);
    const { code, stderr } = await runCli([
      "predict",
      at("unsupported-symbol.json"),
      at("one.npy"),
      "--params",
      `${digits}-0000.params`,
    ]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^error \(unsupported\): .*Custom \(node mine\)/);
    expect(stderr).toContain("\nlibpredict check MODEL lists everything that is not supported.\n");
  });

  it("says which attribute is impossible, and which command lists all of them", async () => {
    const pool = { op: "Pooling", attrs: { kernel: "(2,2)", pool_type: "middle" } };
    writeModel(at("attribute"), [
      [{ name: "data" }, { name: "pool", ...pool, inputs: ["data"] }],
      ["pool"],
    ]);
    const { code, stderr } = await runCli([
      "predict",
      at("attribute-symbol.json"),
      at("one.npy"),
      "--params",
      `${digits}-0000.params`,
    ]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^error \(attribute\): .*pool .*pool_type/);
    expect(stderr).toContain("\nlibpredict check MODEL lists everything that is in the way.\n");
  });

  it("takes parameters of an epoch, and of another name", async () => {
    copyFileSync(`${digits}-symbol.json`, at("epochs-symbol.json"));
    copyFileSync(`${digits}-0000.params`, at("epochs-0007.params"));
    copyFileSync(`${digits}-0000.params`, at("other.params"));
    copyFileSync(`${digits}-symbol.json`, at("bare-symbol.json"));
    const predict = (...arguments_: string[]) =>
      runCli(["predict", ...arguments_, at("one.npy"), "--top", "1"]);
    const right = { code: 0, stdout: "100.00 %  class 2\n" };
    expect(await predict(at("epochs"), "--epoch", "7")).toMatchObject(right);
    const missing = await predict(at("epochs"), "--epoch", "8");
    expect(missing.code).toBe(1);
    expect(missing.stderr).toContain(`${at("epochs")}-0008.params`);
    const bare = await predict(at("bare"));
    expect(bare.code).toBe(1);
    expect(bare.stderr).toContain("is given by --params");
    expect(await predict(at("bare"), "--params", at("other.params"))).toMatchObject(right);
    const graph = ["--params", at("other.params")];
    expect(await predict(at("bare-symbol.json"), ...graph)).toMatchObject(right);
    expect((await predict(at("bare"), ...graph, "--epoch", "1")).code).toBe(2);
  });

  it("loads a model from an http URL", async () => {
    const server = createServer((request, response) => {
      const file = `${digits}${(request.url ?? "").replace("/digits", "")}`;
      if (existsSync(file)) response.end(readFileSync(file));
      else response.writeHead(404).end();
    });
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    try {
      const { port } = server.address() as AddressInfo;
      const base = `http://127.0.0.1:${port}`;
      const [result] = await predictJson(`${base}/digits`, at("one.npy"));
      expect(result?.top?.[0]?.index).toBe(labelOf(0));
      const wrong = await runCli(["predict", `${base}/letters`, at("one.npy")]);
      expect(wrong.code).toBe(1);
      expect(wrong.stderr).toContain(`${base}/letters-symbol.json): HTTP status 404`);
    } finally {
      server.close();
    }
  });

  it("runs a model without parameters where that is said", async () => {
    const relu = { op: "Activation", attrs: { act_type: "relu" }, inputs: ["data"] };
    writeModel(at("relu"), [[{ name: "data" }, { name: "act", ...relu }], ["act"]]);
    writeFileSync(at("signs.npy"), writeNpy(Tensor.from([-1, 0, 2])));
    expect((await runCli(["predict", at("relu"), at("signs.npy")])).code).toBe(1);
    const [result] = await predictJson(at("relu"), at("signs.npy"), "--no-params");
    expect(result?.outputs?.[0]).toMatchObject({ values: [0, 0, 2] });
  });

  it("says which weights the parameters lack", async () => {
    copyFileSync(`${digits}-symbol.json`, at("lacking-symbol.json"));
    const { names, tensors } = readNDArrays(readFileSync(`${digits}-0000.params`));
    const kept = names.flatMap((name, i) => (name.startsWith("arg:dense2") ? [] : [i]));
    writeFileSync(
      at("lacking-0000.params"),
      writeNDArrays({
        names: kept.map((i) => names[i] as string),
        tensors: kept.map((i) => tensors[i] as Tensor),
      }),
    );
    const { code, stderr } = await runCli(["predict", at("lacking"), at("one.npy")]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^error \(missing\): the parameters lack dense2_weight, dense2_bias\n/);
  });

  it.for([
    [
      "a preset of other channels",
      ["a.png", "--preset", "gluon"],
      1,
      "images of 1 channel, the preset makes 3",
    ],
    [
      "a size that does not fit",
      ["a.png", "--preset", "gray"],
      1,
      "such as --input data=1,1,112,112",
    ],
    [
      "an input that is none",
      ["one.npy", "--input", "img=1,1,8,8"],
      2,
      'has no input "img"\nIts inputs are data.',
    ],
    [
      "an array that is not there",
      ["--input", "data=gone.npy"],
      1,
      "error (file): gone.npy: no such file",
    ],
    [
      "a mean image that is not there",
      ["a.png", "--preset", "caffe", "--mean-image", "gone.nd"],
      1,
      "error (file): gone.nd: no such file",
    ],
    [
      "an image called .npy",
      ["picture.npy"],
      1,
      "picture.npy: the content is no .npy, .nd or .params file",
    ],
    [
      "parameters as inputs",
      ["weights.params"],
      1,
      'weights.params: the file\'s array "conv1a_weight" is no input',
    ],
    [
      "a folder that is not there for the results",
      ["one.npy", "--save", "no/such.npy"],
      1,
      "no/such.npy: there is no folder no",
    ],
    ["a layer that is none", ["one.npy", "--output", "dense9"], 1, "lists inputs and layers"],
  ] as const)("explains a mistake: %s", async ([, arguments_, code, text]) => {
    copyFileSync(at("photos/a.png"), at("a.png"));
    copyFileSync(at("photos/a.png"), at("picture.npy"));
    copyFileSync(`${digits}-0000.params`, at("weights.params"));
    const result = await runCli(["predict", digits, ...arguments_], { cwd: folder });
    expect(result).toMatchObject({ code, stdout: "" });
    expect(result.stderr).toContain(text);
  });

  it("advises arguments, not code, where a model is not found", async () => {
    const { stderr } = await runCli(["predict", at("photos/a.png"), digits, "--preset", "gray"]);
    expect(stderr).not.toContain("symbolFile");
    expect(stderr).toContain("it comes before the inputs");
  });

  it("says that there is nothing to predict from", async () => {
    expect(await runCli(["predict", digits])).toMatchObject({
      code: 2,
      stdout: "",
      stderr: expect.stringContaining("there is nothing to predict from"),
    });
  });
});
