import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import type { Api, ApiFunction } from "../../generate/api-description.js";
import { cppBinding } from "../../generate/backend/cpp-binding.js";
import { partOrder, singleHeader } from "../../generate/backend/cpp-single-header.js";
import { generateOutputs, headerPath } from "../../generate/generate-outputs.js";

const packages = fileURLToPath(new URL("../../../", import.meta.url));
const header = readFileSync(join(packages, headerPath), "utf8");
const outputs = await generateOutputs(header);
const textOf = (path: string, from = outputs): string =>
  from.find((o) => o.path === `examples/cpp/${path}`)?.text ?? "";
const api: Api = JSON.parse(outputs.find((o) => o.path === "ffi/api.json")?.text ?? "");
const folder = mkdtempSync(join(tmpdir(), "libpredict-cpp-"));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** The parts made from a changed description; hand-written ones are left empty. */
function generated(change: (api: Api) => void): (path: string) => string {
  const changed = structuredClone(api);
  change(changed);
  const made = cppBinding.generate(changed, () => "");
  return (path) => textOf(path, made);
}

const functionOf = (of: Api, name: string): ApiFunction =>
  of.functions.find((f) => f.name === name) as ApiFunction;

/** A member of the class `Api` with its comment. */
function memberOf(text: string, name: string): string {
  const at = text.search(new RegExp(`^ {4}Result<.*> ${name}\\(`, "m"));
  return text.slice(text.lastIndexOf("\n\n", at), text.indexOf("\n\n", at));
}

describe("the C++ low level", () => {
  const low = textOf("gen/api.hpp");

  it("has every function but those that are left out with a reason", () => {
    const missing = api.functions.filter((f) => memberOf(low, f.name).length < 10);
    expect(missing.map((f) => f.name)).toEqual(["LPModelRetain"]);
    expect(low).toMatch(/int LPModelRetain\(.*\n {4}\/\/ Not exposed: a handle object owns/);
  });

  it("tells of every function its parameters, its errors and the thread rule", () => {
    for (const f of api.functions.filter((g) => g.name !== "LPModelRetain")) {
      const words = memberOf(low, f.name).replace(/\n\s+\* +/g, " ");
      for (const e of f.errors) {
        const code = e.code.replace("LP_ERROR_", "").toLowerCase();
        expect(words, f.name).toContain(`- \`${code}\`: ${e.trigger}`.slice(0, 60));
      }
      expect(words, f.name).toContain(`@par Threads ${f.thread}`.slice(0, 60));
    }
    expect(memberOf(low, "MXPredGetOutput")).toContain(
      "@param data Receives the elements, row-major, in the element type of the output. (`size`",
    );
    expect(low.replace(/\n\s+\* +/g, " ")).toContain(
      "Valid until next forward of this predictor, or MXPredFree.",
    );
  });

  it("uses handles alone, unless the header lets calls share them", () => {
    expect(memberOf(low, "MXPredForward")).toContain("detail::Sharing::exclusive");
    expect(memberOf(low, "LPModelGetInputCount")).toContain("detail::Sharing::shared");
  });

  it("lets a call alongside another one in, which keeps what its callback threw", () => {
    expect(memberOf(low, "LPPredCancel")).toContain("detail::Sharing::alongside");
    expect(memberOf(low, "LPPredCancel")).not.toContain("rethrow");
    expect(memberOf(low, "LPPredSetProfiling")).toContain("used_handle.rethrow();");
    const make = generated((changed) => {
      functionOf(changed, "LPPredSetProfiling").alongside = true;
    });
    expect(memberOf(make("gen/api.hpp"), "LPPredSetProfiling")).toContain("Sharing::alongside");
  });

  it("follows a changed type, extent or error", () => {
    const make = generated((changed) => {
      const step = functionOf(changed, "MXPredPartialForward").parameters[1];
      if (step) step.type.base = "int64_t";
      const indptr = functionOf(changed, "MXPredCreate").parameters[7];
      if (indptr) indptr.length = "num_input_nodes+2";
      functionOf(changed, "MXPredForward").errors = [
        { code: "LP_ERROR_DEVICE", trigger: "the moon is full" },
      ];
    });
    const text = make("gen/api.hpp");
    expect(memberOf(text, "MXPredPartialForward")).toContain("Whole<int64_t> step");
    expect(memberOf(text, "MXPredCreate")).toContain("call.length(num_input_nodes, 2,");
    expect(memberOf(text, "MXPredForward")).toContain("- `device`: the moon is full");
  });

  it("has constants, codes and structures", () => {
    expect(textOf("gen/constants.hpp")).toContain("boolean = ::LP_BOOL,");
    expect(textOf("gen/constants.hpp")).toContain("fold_batch_norm = ::LP_PASS_FOLD_BATCH_NORM,");
    expect(textOf("gen/error_codes.hpp")).toContain("    unsupported = 6,");
    expect(textOf("gen/error_codes.hpp")).toContain('case ErrorCode::busy: return "busy";');
    expect(textOf("gen/structs.hpp")).not.toMatch(/^ {4}uint32_t (struct_size|reserved)/m);
    expect(textOf("gen/structs.hpp")).toContain("to.struct_size = sizeof to;");
  });

  it.each([
    [
      "a kind that is no argument",
      (changed: Api) => {
        const key = functionOf(changed, "MXPredSetInput").parameters[1];
        if (key) key.kind = "handles";
      },
      "a handles is no argument",
    ],
    [
      "a name that C++ reserves",
      (changed: Api) => {
        const key = functionOf(changed, "MXPredSetInput").parameters[1];
        if (key) key.name = "template";
      },
      'cannot call a parameter "template"',
    ],
    [
      "elements that are set alongside another call",
      (changed: Api) => {
        functionOf(changed, "MXPredSetInput").alongside = true;
      },
      "no rule for elements or callbacks alongside another call",
    ],
    [
      "an unknown callback type",
      (changed: Api) => {
        const callback = functionOf(changed, "MXPredSetMonitorCallback").parameters[1];
        if (callback) callback.type.base = "Other";
      },
      "unknown callback type Other",
    ],
    [
      "a decision about a function that is gone",
      (changed: Api) => {
        changed.functions = changed.functions.filter((f) => f.name !== "LPModelRetain");
      },
      "the header has no LPModelRetain",
    ],
    [
      "a code that the binding has too",
      (changed: Api) => {
        const codes = changed.enums.find((e) => e.name === "LPErrorCode");
        const last = codes?.members.at(-1);
        if (last) last.name = "LP_ERROR_BUSY";
      },
      "the header has the code busy",
    ],
    [
      "a structure with an array",
      (changed: Api) => {
        const member = changed.structs.find((s) => s.name === "LPStats")?.members[1];
        if (member) member.count = 4;
      },
      "LPStats.graph_nodes",
    ],
  ])("stops at %s", (_, change, message) => {
    expect(() => generated(change)).toThrow(message);
  });
});

describe("the single header", () => {
  const single = textOf("include/libpredict.hpp");

  it("needs only the C header beside it", () => {
    const own = [...single.matchAll(/^#include "(.*)"/gm)].map((m) => m[1]);
    expect(own).toEqual(["c_predict_api.h"]);
    for (const part of partOrder) expect(single).toContain(part);
  });

  it("includes nothing of the standard library twice", () => {
    const top = single.slice(0, single.indexOf('#include "c_predict_api.h"'));
    const lines = [...top.matchAll(/^#include (<\w+>)/gm)].map((m) => m[1] ?? "");
    expect(lines).toContain("<vector>");
    expect(new Set(lines).size).toBe(lines.length);
  });

  it("stops at a part that stands before what it uses", () => {
    const parts = [{ file: "a.hpp", text: '#include "b.hpp"\n' }];
    expect(() => singleHeader(parts, "mark")).toThrow("a.hpp includes b.hpp");
  });

  const compiler = ["c++", "g++", "clang++"].find(
    (name) => spawnSync(name, ["--version"]).status === 0,
  );
  it.skipIf(compiler === undefined)(
    "compiles alone without exceptions and a warning (needs a C++ compiler: apt install g++)",
    () => {
      const file = join(folder, "alone.cpp");
      writeFileSync(join(folder, "libpredict.hpp"), single);
      writeFileSync(join(folder, "c_predict_api.h"), header);
      writeFileSync(file, '#include "libpredict.hpp"\nint main() { return 0; }\n');
      const flags = "-std=c++17 -fsyntax-only -fno-exceptions -fno-rtti -Wall -Wextra -Wconversion";
      const strict = "-Wshadow -Wpedantic -Werror";
      const { status, stderr } = spawnSync(
        compiler ?? "",
        [...`${flags} ${strict}`.split(" "), file],
        { encoding: "utf8" },
      );
      expect(stderr).toBe("");
      expect(status).toBe(0);
    },
    60_000,
  );
});
