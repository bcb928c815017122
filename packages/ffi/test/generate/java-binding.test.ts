import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import type { Api } from "../../generate/api-description.js";
import { javaBinding } from "../../generate/backend/java-binding.js";
import { escapeJavadoc } from "../../generate/backend/java-doc.js";
import { notExposed } from "../../generate/backend/java-exposure.js";

const file = fileURLToPath(new URL("../../api.json", import.meta.url));
const fresh = (): Api => JSON.parse(readFileSync(file, "utf8"));

/** The text of one generated class. */
function classOf(name: string, api: Api = fresh()): string {
  const path = join("examples/java/src/gen/java/libpredict", `${name}.java`);
  const found = javaBinding.generate(api, () => "").find((o) => o.path === path);
  if (!found) throw new Error(`no ${path}`);
  return found.text;
}

function functionOf(api: Api, name: string) {
  const found = api.functions.find((f) => f.name === name);
  if (!found) throw new Error(`no ${name}`);
  return found;
}

function parameterOf(api: Api, functionName: string, name: string) {
  const found = functionOf(api, functionName).parameters.find((p) => p.name === name);
  if (!found) throw new Error(`no ${name}`);
  return found;
}

it("every function has a method, or a reason for having none", () => {
  const api = fresh();
  const library = classOf("capi/PredictLibrary");
  for (const { name } of api.functions)
    if (notExposed[name]) expect(library, name).toContain(`not exposed: ${notExposed[name]}`);
    else expect(library, name).toMatch(new RegExp(`  public [\\w\\[\\]]+ ${name}\\(`));
  expect(library.match(/^ {2}public (?!record )[\w[\]]+ (MX|LP)\w+\(/gm)).toHaveLength(
    api.functions.length - Object.keys(notExposed).length,
  );
});

it("arguments stand in C's order, unsigned numbers are long", () => {
  expect(classOf("capi/PredictLibrary")).toContain(
    "public void MXPredSetInput(PredictorHandle handle, String key, MemorySegment data, long size) {",
  );
  expect(classOf("capi/Downcalls")).toMatch(
    /class MXPredSetInput \{\s+static final MethodHandle HANDLE =\s+downcall\(JAVA_INT,\s+ADDRESS,\s+ADDRESS,\s+ADDRESS,\s+JAVA_INT\);/,
  );
});

it("every error of the header is documented with its word", () => {
  const api = fresh();
  const library = classOf("capi/PredictLibrary").replaceAll(/\n\s+\* +/g, " ");
  for (const f of api.functions.filter(({ name }) => !notExposed[name]))
    for (const { code, trigger } of f.errors) {
      const word = code.replace("LP_ERROR_", "").toLowerCase().replaceAll("_", "-");
      expect(library).toContain(
        `@throws PredictException {@code ${word}}: ${escapeJavadoc(trigger)}`,
      );
    }
});

it("error codes have their numbers, and the binding's own come after them", () => {
  const text = classOf("ErrorCode");
  expect(text).toContain('SHAPE("shape", 8)');
  for (const word of ["disposed", "busy", "unavailable", "load", "unknown"])
    expect(text).toContain(`${word.toUpperCase()}("${word}", -1)`);
});

it("structures leave out what the binding fills in", () => {
  const text = classOf("capi/LPStats");
  expect(text).toMatch(/public record LPStats\(\s+long graph_nodes,/);
  expect(text).toContain("memory.set(JAVA_INT, 0, 56);");
  expect(text).toContain("memory.get(JAVA_LONG, 16)");
});

it("a parameter's type decides how it is passed", () => {
  const api = fresh();
  parameterOf(api, "MXPredPartialForward", "step").type.base = "uint32_t";
  const text = classOf("capi/PredictLibrary", api);
  expect(text).toContain("MXPredPartialForward(PredictorHandle handle, long step)");
  expect(text).toContain('call.uint32("step", step)');
});

it("a function that may run at the same time does not claim its handle for itself", () => {
  const api = fresh();
  expect(classOf("capi/PredictLibrary", api)).toContain(
    'call.enter("model", model, Sharing.SHARED);',
  );
  functionOf(api, "MXPredForward").concurrent = true;
  expect(classOf("capi/PredictLibrary", api)).toMatch(
    /CFunction\.MXPredForward\);\s+try \{\s+call\.enter\("handle", handle, Sharing\.SHARED\);/,
  );
});

it("a function that may be called during another call enters alongside it", () => {
  const api = fresh();
  const entered = (name: string) =>
    new RegExp(
      `CFunction\\.${name}\\);\\s+try \\{\\s+call\\.enter\\("handle", handle, (.*)\\);`,
    ).exec(classOf("capi/PredictLibrary", api))?.[1];
  expect(entered("LPPredCancel")).toBe("Sharing.ALONGSIDE");
  expect(entered("LPPredSetProfiling")).toBe("Sharing.EXCLUSIVE");
  functionOf(api, "LPPredSetProfiling").alongside = true;
  expect(entered("LPPredSetProfiling")).toBe("Sharing.ALONGSIDE");
});

it.each<[string, (api: Api) => void, RegExp]>([
  [
    "a scalar that Java has no type for",
    (api) => {
      parameterOf(api, "MXPredPartialForward", "step").type.base = "uint8_t";
    },
    /no type for the C type uint8_t/,
  ],
  [
    "an array of elements without a rule",
    (api) => {
      parameterOf(api, "LPPredCreate", "dtypes").type.base = "double";
    },
    /no Java array is an argument for elements of double/,
  ],
  [
    "a view that lives until something new",
    (api) => {
      parameterOf(api, "LPPredGetOutputData", "data").owner = { is: "library", until: "sunset" };
    },
    /no rule for a view that lives until "sunset"/,
  ],
  [
    "untyped elements of an unknown tensor",
    (api) => {
      functionOf(api, "MXPredSetInput").name = "MXPredSetOther";
    },
    /the header has no MXPredSetInput/,
  ],
  [
    "elements that are set alongside another call",
    (api) => {
      functionOf(api, "MXPredSetInput").alongside = true;
    },
    /no rule for elements or callbacks alongside another call/,
  ],
  [
    "a second handle",
    (api) => {
      const f = functionOf(api, "MXPredForward");
      f.parameters.push({ ...(f.parameters[0] as (typeof f.parameters)[0]), name: "other" });
    },
    /no rule for several handles/,
  ],
  [
    "a kind that is not known",
    (api) => {
      (parameterOf(api, "MXPredSetInput", "key") as { kind: string }).kind = "riddle";
    },
    /a riddle is no argument in Java/,
  ],
  [
    "a callback that returns something",
    (api) => {
      const callback = api.callbacks.find((c) => c.name === "PredMonitorCallback");
      if (callback) callback.returns.base = "int";
    },
    /no rule for a callback that returns something/,
  ],
  [
    "a name that Java reserves",
    (api) => {
      parameterOf(api, "MXPredForward", "handle").name = "class";
    },
    /"class" cannot be a name/,
  ],
])("generation stops at %s", (_what, change, message) => {
  const api = fresh();
  change(api);
  expect(() => javaBinding.generate(api, () => "")).toThrow(message);
});

it("documentation is escaped", () => {
  expect(escapeJavadoc("a < b & `x->y` @z */")).toBe("a &lt; b &amp; {@code x->y} &#64;z *&#47;");
  expect(escapeJavadoc("`{n}`")).toBe("<code>{n}</code>");
});
