import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import type { Api } from "../../generate/api-description.js";
import { goBinding } from "../../generate/backend/go-binding.js";
import { goDoc, named } from "../../generate/backend/go-doc.js";
import { exportedName } from "../../generate/backend/go-names.js";
import { headerPath } from "../../generate/generate-outputs.js";
import { parseHeader } from "../../generate/header-parser.js";

const packages = fileURLToPath(new URL("../../../", import.meta.url));
const header = readFileSync(join(packages, headerPath), "utf8");

async function read(text = header): Promise<Api> {
  const api = await parseHeader({ text, file: "header.h" });
  api.generated = "generated";
  return api;
}

/** All files of the binding, made from a header. */
async function outputOf(text = header): Promise<string> {
  return goBinding
    .generate(await read(text), () => "")
    .map((output) => output.text)
    .join("");
}

function changed(from: string, to: string): string {
  expect(header).toContain(from);
  return header.replace(from, to);
}

const real = await outputOf();
const api = await read();

it("every function is there, or says why not", () => {
  for (const { name } of api.functions) {
    const method = new RegExp(`^func \\(b \\*Binding\\) ${name}\\(`, "m");
    const left = new RegExp(`^// .*\\b${name}\\(.*\\n// not exposed: \\w`, "m");
    expect(
      [method, left].filter((form) => form.test(real)),
      name,
    ).toHaveLength(1);
    expect(real).toContain(`"${name}",`);
  }
});

it("arguments stand in C's order under C's names, results before the error", () => {
  expect(real).toContain(
    "func (b *Binding) MXNDListGet(handle *NDListHandle, index uint32) (out_key string, out_data []float32, out_shape []uint32, out_ndim uint32, err error) {",
  );
  expect(real).toContain(
    "func (b *Binding) MXPredSetInput(handle *PredictorHandle, key string, data Elements, size uint32) error {",
  );
  expect(real).toContain("func (b *Binding) LPGetErrorCode() (result int32, err error) {");
});

it("a model may be shared, a predictor not, but for what may be called alongside", () => {
  const hold = (name: string): string =>
    real.match(new RegExp(`\\) ${name}\\([^]*?c\\.Hold\\((.*)\\)`))?.[1] ?? "";
  expect(hold("LPPredCreate")).toBe('"model", model.raw(), "model", native.Shared');
  expect(hold("MXPredForward")).toBe('"handle", handle.raw(), "predictor", native.Exclusive');
  expect(hold("LPPredCancel")).toBe('"handle", handle.raw(), "predictor", native.Alongside');
});

it("a forward also has a form that a context ends", () => {
  expect(real).toMatch(
    /MXPredForwardContext\(ctx context\.Context, handle \*PredictorHandle\) error \{\n[^}]*native\.Exclusive\)\n\tc\.RunUntil\(ctx, constants\.FnLPPredCancel, handleAddress\)\n/,
  );
});

it("every error stands at its function, with word, constant and trigger", () => {
  for (const f of api.functions) {
    const end = real.indexOf(`\nfunc (b *Binding) ${f.name}(`);
    if (end < 0) continue;
    const doc = real.slice(real.lastIndexOf(`\n// ${f.name} `, end), end).replace(/\n\/\/ */g, " ");
    expect(doc).toContain(`Threads: ${f.thread}.`);
    for (const e of f.errors)
      expect(doc, f.name).toContain(`(${e.code}): ${e.trigger.replaceAll("`", "")}`);
  }
});

it("constants and error codes have the header's numbers and comments", () => {
  expect(real).toContain("\tLP_BOOL = 7\n");
  expect(real).toMatch(
    /\/\/ ErrShape \(LP_ERROR_SHAPE\): Shapes contradict[\s\S]*?\n\tErrShape ErrorCode = "shape"\n/,
  );
  expect(real).toContain("\tcase LP_ERROR_DTYPE:\n\t\treturn ErrDType\n");
  expect(real).not.toContain("LP_OK:\n\t\treturn");
});

it("structures state size and offsets of C", () => {
  expect(real).toContain("var _ [unsafe.Sizeof(LPStats{})]struct{} = [56]struct{}{}");
  expect(real).toContain(
    "var _ [unsafe.Offsetof(LPStats{}.WeightsBytes)]struct{} = [16]struct{}{}",
  );
  expect(real).not.toContain("type LPError struct");
});

describe("a change of the header", () => {
  it.each([
    [
      "a parameter's type",
      "uint32_t out_index, int *out_dtype",
      "uint32_t out_index, uint32_t *out_dtype",
      "(out_dtype uint32, err error)",
    ],
    ["an enumerator", "LP_BOOL = 7", "LP_BOOL = 8", "\tLP_BOOL = 8\n"],
    [
      "a trigger",
      "LP_ERROR_MISSING a weight is neither",
      "LP_ERROR_MISSING some weight is neither",
      "missing (LP_ERROR_MISSING): some weight",
    ],
  ])("shows: %s", async (_what, from, to, shown) => {
    expect(real).not.toContain(shown);
    expect(await outputOf(changed(from, to))).toContain(shown);
  });
});

describe("what the binding does not know stops generation", () => {
  const broken = async (change: (made: Api) => void): Promise<string> => {
    const made = await read();
    change(made);
    try {
      goBinding.generate(made, () => "");
    } catch (error) {
      return String(error);
    }
    return "it was generated";
  };
  const of = (made: Api, name: string): Api["functions"][number] => {
    const found = made.functions.find((f) => f.name === name);
    if (!found) throw new Error(name);
    return found;
  };

  it.each<[string, string, (made: Api) => void]>([
    [
      "a function of go-exposure.ts",
      "the header has no LPModelRetain",
      (made) => {
        made.functions = made.functions.filter((f) => f.name !== "LPModelRetain");
      },
    ],
    [
      "a parameter of go-exposure.ts",
      "MXPredSetInput has no string key",
      (made) => {
        for (const p of of(made, "MXPredSetInput").parameters)
          if (p.name === "key") p.name = "name";
      },
    ],
    [
      "a stop that may not be called during the call",
      "LPPredCancel may not be called while MXPredForward runs",
      (made) => {
        of(made, "LPPredCancel").alongside = false;
      },
    ],
    [
      "a stop of something else",
      "LPPredCancel does not take the handle of MXPredForward",
      (made) => {
        for (const p of of(made, "LPPredCancel").parameters) p.handle = "model";
      },
    ],
    [
      "elements without a rule for their type",
      "what type do the elements of LPPredSetInput have?",
      (made) => {
        for (const p of of(made, "LPPredSetInput").parameters)
          if (p.kind === "bytes") p.kind = "elements";
      },
    ],
    [
      "a kind",
      "index: a song is no argument in Go",
      (made) => {
        const p = of(made, "MXPredGetOutputShape").parameters[1];
        if (p) (p as { kind: string }).kind = "song";
      },
    ],
    [
      "a name that is Go's",
      "a parameter in Go cannot be called type",
      (made) => {
        const p = of(made, "MXPredPartialForward").parameters[0];
        if (p) p.name = "type";
      },
    ],
    [
      "two handles",
      "Go holds one handle at a time",
      (made) => {
        const { parameters } = of(made, "MXPredForward");
        if (parameters[0]) parameters.push({ ...parameters[0], name: "other" });
      },
    ],
    [
      "another form of callback",
      "Go can make callbacks (name, handle, user) only",
      (made) => {
        made.callbacks.find((c) => c.name === "PredMonitorCallback")?.parameters.pop();
      },
    ],
    [
      "a handle that nobody frees",
      "out has no release",
      (made) => {
        for (const h of made.handles) if (h.kind === "predictor") delete h.release;
      },
    ],
  ])("%s", async (_what, message, change) => {
    expect(await broken(change)).toContain(message);
  });
});

it("names and comments read as Go's do", () => {
  expect(exportedName("num_threads")).toBe("NumThreads");
  expect(exportedName("bad-dtype")).toBe("BadDType");
  expect(named("F", "Makes `it`.")).toBe("F makes `it`.");
  expect(
    goDoc([
      "One `two`.\n\nThree.",
      { heading: "List", items: ["a"] },
      { heading: "None", items: [] },
      { code: "x;" },
    ]),
  ).toBe("// One two.\n//\n// Three.\n//\n// List:\n//   - a\n//\n//\tx;");
  for (const line of goDoc([{ heading: "L", items: ["word ".repeat(60).trim()] }])
    .split("\n")
    .slice(2))
    expect(line).toMatch(/^\/\/ {5}word/);
});

it("the files are as gofmt wants them", (context) => {
  const { error } = spawnSync("gofmt", ["-l"], { input: "package p\n", encoding: "utf8" });
  if (error) context.skip("gofmt is not installed");
  for (const { path, text } of goBinding.generate(api, () => "")) {
    const { stdout, stderr } = spawnSync("gofmt", ["-d"], { input: text, encoding: "utf8" });
    expect(stdout + stderr, path).toBe("");
  }
});
