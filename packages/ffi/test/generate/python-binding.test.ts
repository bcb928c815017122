import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import type { Api, ApiFunction } from "../../generate/api-description.js";
import { errorCodeName } from "../../generate/backend/api-index.js";
import { pythonBinding } from "../../generate/backend/python-binding.js";
import { notExposed } from "../../generate/backend/python-exposure.js";
import { headerPath } from "../../generate/generate-outputs.js";
import { parseHeader } from "../../generate/header-parser.js";

const packages = fileURLToPath(new URL("../../../", import.meta.url));
const header = readFileSync(`${packages}${headerPath}`, "utf8");
const describeApi = (text = header): Promise<Api> => parseHeader({ text, file: "h.h" });
const api = await describeApi();

function fileOf(from: Api, name: string): string {
  const path = `examples/python/src/libpredict/gen/${name}`;
  return pythonBinding.generate(from, () => "").find((o) => o.path === path)?.text ?? "";
}

/** The text of one method. */
function methodOf(text: string, name: string): string {
  const at = text.indexOf(`    def ${name}(`);
  const end = text.indexOf("\n    # ", at);
  return at < 0 ? "" : text.slice(at, end < 0 ? undefined : end);
}

/** Changes the header at one place, which must be there. */
async function changed(from: string, to: string): Promise<Api> {
  expect(header).toContain(from);
  return describeApi(header.replace(from, to));
}

function functionOf(from: Api, name: string): ApiFunction {
  const found = from.functions.find((f) => f.name === name);
  if (!found) throw new Error(`no ${name}`);
  return found;
}

const words = (text: string): string => text.replaceAll(/\s+/g, " ");
const binding = fileOf(api, "binding.py");

describe("the Python binding", () => {
  it("has each function under its prototype, or the reason why not", () => {
    for (const { name } of api.functions) {
      expect(binding.split(` ${name}(`).length, name).toBeGreaterThan(1);
      expect(methodOf(binding, name) !== "", name).toBe(!(name in notExposed));
    }
    for (const reason of Object.values(notExposed))
      expect(binding).toContain(`    # not exposed: ${reason}\n`);
    expect(binding).toContain(
      "    # int MXPredForward(PredictorHandle handle);\n    def MXPredForward",
    );
  });

  it("carries the header's words: summary, parameters, errors, threads", () => {
    for (const f of api.functions.filter(({ name }) => !(name in notExposed))) {
      const doc = words(methodOf(binding, f.name));
      expect(doc, f.name).toContain(words(f.doc.split("\n\n")[0] ?? "").replaceAll("\\", "\\\\"));
      expect(doc, f.name).toContain(`Threads: ${words(f.thread)}.`);
      for (const { code, trigger } of f.errors)
        expect(doc, f.name).toContain(`\`${errorCodeName(code)}\`: ${words(trigger)}`);
    }
    expect(words(binding)).toContain("(`input_shape_indptr[num_input_nodes]` elements)");
  });

  it("takes arguments in C's order and returns what C writes", () => {
    expect(binding).toContain(
      "def MXPredSetInput(self, handle: PredictorHandle, key: str, data: npt.NDArray[Any], size: int) -> None:",
    );
    expect(binding).toContain(
      "def LPPredGetOutputInfo(self, handle: PredictorHandle, index: int) -> LPPredGetOutputInfoResult:",
    );
  });

  it("checks handles before anything else, and numbers before what has their length", () => {
    const create = methodOf(binding, "MXPredReshape");
    const order = ["handle_ = borrow(", "num_input_nodes_ = whole_number(", "input_keys_ = texts("];
    const places = order.map((text) => create.indexOf(text));
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(places[0]).toBeGreaterThan(0);
  });

  it("reads what the library owns inside the gate", () => {
    const get = methodOf(binding, "MXNDListGet");
    expect(get).toMatch(/def call\(\)[\s\S]*copy_elements\([\s\S]*handle_\.run\(call\)/);
    expect(methodOf(binding, "LPModelGetInputName")).not.toContain(".run(");
  });

  it("lets into a busy handle what may be called alongside", () => {
    const cancel = methodOf(binding, "LPPredCancel");
    expect(cancel).toContain('handle_ = borrow(handle, PredictorHandle, "handle", self)');
    expect(cancel).not.toContain(".run(");
  });

  it("changes with the type of a parameter", async () => {
    const other = await changed("int step, int *step_left);", "uint32_t step, int *step_left);");
    expect(methodOf(fileOf(other, "binding.py"), "MXPredPartialForward")).toContain(
      'whole_number("step", step, UINT32)',
    );
    expect(methodOf(binding, "MXPredPartialForward")).toContain('whole_number("step", step, INT)');
    expect(fileOf(other, "signatures.py")).toContain(
      '"MXPredPartialForward": Signature(1, c_int, [c_void_p, c_uint32, c_void_p])',
    );
  });

  it("changes with the length of an array, the thread rule and a structure", async () => {
    const length = await changed(
      "@param[in] nd_file_bytes {bytes[nd_file_size]; caller}",
      "@param[in] nd_file_bytes {bytes[nd_file_size+1]; caller}",
    );
    expect(methodOf(fileOf(length, "binding.py"), "MXNDListCreate")).toContain(
      'extent("nd_file_bytes", nd_file_size_) + 1)',
    );
    const shared = structuredClone(api);
    Object.assign(functionOf(shared, "MXPredGetOutputType"), { concurrent: true, alongside: true });
    expect(methodOf(fileOf(shared, "binding.py"), "MXPredGetOutputType")).not.toContain(".run(");
    expect(methodOf(binding, "MXPredGetOutputType")).toContain("handle_.run(c, ");
    const wider = await changed("  uint32_t num_threads;", "  uint64_t num_threads;");
    expect(fileOf(wider, "structs.py")).toContain('("num_threads", ctypes.c_uint64),');
  });

  it("knows every error code as a word", () => {
    const text = fileOf(api, "error_codes.py");
    expect(text).toContain('    8: "shape",');
    expect(text).not.toContain('\n    0: "');
  });

  it.each<[string, (from: Api) => void, RegExp]>([
    [
      "a function that the tables name is gone",
      (from) => {
        from.functions = from.functions.filter(({ name }) => name !== "MXPredForward");
      },
      /the header has no MXPredForward/,
    ],
    [
      "a parameter that the tables name is gone",
      (from) => {
        for (const p of functionOf(from, "MXPredGetOutputType").parameters)
          if (p.name === "out_index") p.name = "index";
      },
      /MXPredGetOutputType has no parameter out_index/,
    ],
    [
      "a type is unknown",
      (from) => {
        for (const p of functionOf(from, "MXPredPartialForward").parameters)
          if (p.name === "step") p.type.base = "long";
      },
      /no Python type for long/,
    ],
    [
      "a kind is unknown",
      (from) => {
        for (const p of functionOf(from, "MXPredPartialForward").parameters)
          if (p.name === "step") p.kind = "handles";
      },
      /cannot pass a handles|is no argument/,
    ],
    [
      "a length is not one for an argument",
      (from) => {
        for (const p of functionOf(from, "MXNDListCreate").parameters)
          if (p.kind === "bytes") p.length = "*out_length";
      },
      /no length for an argument/,
    ],
    [
      "a new handle has nobody who releases it",
      (from) => {
        for (const p of functionOf(from, "MXPredCreate").parameters)
          if (p.name === "out") p.owner = { is: "caller" };
      },
      /a handle that nobody releases/,
    ],
    [
      "a call needs two handles alone",
      (from) => {
        const f = functionOf(from, "MXPredForward");
        f.parameters.push(...f.parameters.map((p) => ({ ...structuredClone(p), name: "other" })));
      },
      /more than one handle/,
    ],
    [
      "a call shares a handle that others need alone",
      (from) => {
        functionOf(from, "LPPredCancel").alongside = false;
      },
      /LPPredCancel: shares handle, which other calls need alone/,
    ],
    [
      "a callback takes what Python cannot be handed",
      (from) => {
        for (const c of from.callbacks)
          for (const p of c.parameters) if (p.name === "user") p.type.base = "double";
      },
      /no Python type for the parameter user/,
    ],
  ])("stops where %s", (_what, damage, message) => {
    const damaged = structuredClone(api);
    damage(damaged);
    expect(() => pythonBinding.generate(damaged, () => "")).toThrow(message);
  });
});
