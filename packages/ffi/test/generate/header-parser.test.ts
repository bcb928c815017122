import { describe, expect, it } from "vitest";
import { parseHeader } from "../../generate/header-parser.js";

const typedefs = `/** A predictor. */
typedef void *PredictorHandle;
/** Codes. */
typedef enum LPErrorCode {
  /** Fine. */
  LP_OK = 0,
  /** Bad. */
  LP_ERROR_ARGUMENT = 1
} LPErrorCode;
/** Numbers. */
typedef struct LPStats {
  /** Its size. */
  uint32_t struct_size;
  /** Bytes. */
  uint64_t bytes;
  /** Text. */
  char text[5];
} LPStats;
`;
const free = `/**
 * Frees.
 *
 * @param[in] handle {handle:predictor; caller; null} It.
 * @return 0 or -1
 * @thread one at a time
 */
MXNET_DLL int MXPredFree(PredictorHandle handle);
`;

const parse = (body: string, before = typedefs) =>
  parseHeader({ text: `#ifndef H_\n#define H_\n${before}${body}#endif\n`, file: "h.h" });

/** A function with one tagged parameter. */
const withParameter = (tag: string, declaration: string): string =>
  `${free}/** Does. \n${tag}\n * @return 0 or -1\n * @thread any\n */\nMXNET_DLL int F(${declaration});\n`;

describe("parseHeader", () => {
  it("reads handles, enumerations, and structures with their layout", async () => {
    const api = await parse(free);
    expect(api.handles).toEqual([
      { name: "PredictorHandle", kind: "predictor", doc: "A predictor." },
    ]);
    expect(api.enums[0]?.members.map((m) => [m.name, m.value, m.doc])).toEqual([
      ["LP_OK", 0, "Fine."],
      ["LP_ERROR_ARGUMENT", 1, "Bad."],
    ]);
    expect(api.structs[0]).toMatchObject({
      sizeBytes: 24,
      members: [
        { name: "struct_size", offset: 0 },
        { name: "bytes", offset: 8 },
        { name: "text", offset: 16, count: 5 },
      ],
    });
  });

  it("reads a function with everything its comment says", async () => {
    const api = await parse(`${free}
/**
 * Makes
 * one.
 *
 * Second paragraph.
 *
 * @param[in] keys {string[n]; caller; null} Names
 *   of things.
 * @param[in] n {scalar; none} How many.
 * @param[out] dims {view[*ndim]; library:next call} Dimensions.
 * @param[out] ndim {value; caller} Their number.
 * @param[out] out {handle:predictor; new:MXPredFree} It.
 * @return 0 or -1
 * @error LP_ERROR_ARGUMENT n is
 *   too large
 * @thread any
 */
MXNET_DLL int Make(const char **keys, uint32_t n, const int64_t **dims, uint32_t *ndim,
                   PredictorHandle *out);
`);
    const made = api.functions[1];
    expect(made).toMatchObject({
      name: "Make",
      part: 1,
      doc: "Makes one.\n\nSecond paragraph.",
      thread: "any",
      concurrent: true,
      alongside: false,
      errors: [{ code: "LP_ERROR_ARGUMENT", trigger: "n is too large" }],
      returns: { kind: "status" },
    });
    expect(made?.parameters).toMatchObject([
      { kind: "strings", length: "n", nullable: true, doc: "Names of things." },
      { kind: "scalar", type: { base: "uint32_t", pointers: 0, const: false } },
      { kind: "view", length: "*ndim", type: { base: "int64_t", pointers: 2, const: true } },
      { kind: "value", direction: "out" },
      { kind: "handle", handle: "predictor", owner: { is: "new", release: "MXPredFree" } },
    ]);
    expect(api.handles[0]?.release).toBe("MXPredFree");
    expect(api.functions[0]?.concurrent).toBe(false);
  });

  it("tells a call that may be made while another works on the same handle", async () => {
    const stop = (thread: string) =>
      parse(`${free}
/**
 * Stops one.
 *
 * @param[in] handle {handle:predictor; caller} The predictor.
 * @return 0 or -1
 * @thread ${thread}
 */
MXNET_DLL int Stop(PredictorHandle handle);
`);
    const both = (await stop("any, also while a call runs")).functions[1];
    expect(both).toMatchObject({ concurrent: true, alongside: true });
    expect((await stop("any")).functions[1]).toMatchObject({ concurrent: true, alongside: false });
  });

  it("tells part two by its heading", async () => {
    const api = await parse(`/* Part two: more */\n${free}`);
    expect(api.functions[0]?.part).toBe(2);
  });

  it.each([
    ["broken C", "int MXPredFree(;\n", /h\.h:\d+: (not valid C|the parser misses)/],
    ["a missing semicolon", free.replace("handle);", "handle)"), /h\.h:\d+: /],
    ["a missing bracket", free.replace("handle);", "handle;"), /h\.h:\d+: /],
    ["an undocumented function", "MXNET_DLL int F(void);\n", /h\.h:21: a declaration without/],
    [
      "a comment without text",
      "/**\n * @return 0 or -1\n * @thread any\n */\nint F(void);\n",
      /h\.h:21: the comment says nothing/,
    ],
    ["no @return", "/** F. \n * @thread any\n */\nint F(void);\n", /h\.h:24: F has no @return/],
    ["no @thread", "/** F. \n * @return 0 or -1\n */\nint F(void);\n", /h\.h:24: F has no @thread/],
    [
      "an unknown @return",
      "/** F. \n * @return yes\n * @thread any\n */\nint F(void);\n",
      /@return "yes"/,
    ],
    [
      "an unknown tag",
      "/** F. \n * @returns 0 or -1\n */\nint F(void);\n",
      /h\.h:22: unknown tag @returns/,
    ],
    ["a function twice", free + free, /h\.h:36: MXPredFree is already defined on line 28/],
    [
      "an error code that does not exist",
      "/** F. \n * @return 0 or -1\n * @error LP_ERROR_X x\n * @thread any\n */\nint F(void);\n",
      /h\.h:23: LP_ERROR_X is not in LPErrorCode/,
    ],
    [
      "an error without a trigger",
      "/** F. \n * @return 0 or -1\n * @error LP_ERROR_ARGUMENT\n * @thread any\n */\nint F(void);\n",
      /h\.h:23: @error needs/,
    ],
    ["a variable", "/** V. */\nint v;\n", /not a function/],
    [
      "a declaration under a condition",
      `#if X\n${free}#endif\n`,
      /h\.h:29: a declaration under a preprocessor condition/,
    ],
  ])("stops at %s", async (_what, body, message) => {
    await expect(parse(body)).rejects.toThrow(message);
  });

  it.each([
    ["an untagged parameter", "", "int a", /h\.h:\d+: parameter a has no @param/],
    [
      "a tag for no parameter",
      " * @param[in] b {scalar; none} B.",
      "void",
      /h\.h:30: @param b names no parameter/,
    ],
    [
      "an unknown type",
      " * @param[in] a {scalar; none} A.",
      "unsigned a",
      /h\.h:\d+: unknown type "unsigned"/,
    ],
    [
      "an unnamed parameter",
      " * @param[in] a {scalar; none} A.",
      "int",
      /a parameter without a name/,
    ],
    [
      "an unknown kind",
      " * @param[in] a {number; none} A.",
      "int a",
      /h\.h:30: parameter a: unknown kind "number"/,
    ],
    [
      "an unknown owner",
      " * @param[in] a {scalar; me} A.",
      "int a",
      /h\.h:30: parameter a: unknown owner "me"/,
    ],
    ["a missing owner", " * @param[in] a {scalar} A.", "int a", /h\.h:30: .*\{kind; owner\}/],
    [
      "a length that is none",
      " * @param[in] a {array[2*n]; caller} A.",
      "const int *a",
      /h\.h:30: parameter a: "2\*n" is not a length/,
    ],
    [
      "a length over no parameter",
      " * @param[in] a {array[n]; caller} A.",
      "const int *a",
      /length of a names "n"/,
    ],
    [
      "no direction",
      " * @param a {scalar; none} A.",
      "int a",
      /h\.h:30: @param is not of the form/,
    ],
    ["no text", " * @param[in] a {scalar; none}", "int a", /h\.h:30: @param is not of the form/],
    [
      "a parameter tagged twice",
      " * @param[in] a {scalar; none} A.\n * @param[in] a {scalar; none} A.",
      "int a",
      /a second @param a/,
    ],
    [
      "tags in another order",
      " * @param[in] b {scalar; none} B.\n * @param[in] a {scalar; none} A.",
      "int a, int b",
      /another order/,
    ],
    ["an input tagged as output", " * @param[out] a {scalar; none} A.", "int a", /does not fit/],
    ["a pointer tagged as scalar", " * @param[in] a {scalar; none} A.", "int *a", /does not fit/],
    [
      "an input array that C could write",
      " * @param[in] a {array[n]; caller} A.\n * @param[in] n {scalar; none} N.",
      "int *a, int n",
      /does not fit/,
    ],
    [
      "an output string tagged as input",
      " * @param[in] a {string-view; library:x} A.",
      "const char **a",
      /does not fit/,
    ],
    [
      "a handle of two kinds",
      " * @param[in] a {handle:model; caller} A.",
      "PredictorHandle a",
      /kind "predictor", not "model"/,
    ],
    [
      "a handle released by nothing",
      " * @param[out] a {handle:predictor; new:Gone} A.",
      "PredictorHandle *a",
      /Gone is not a function that releases a/,
    ],
    [
      "an unknown structure",
      " * @param[in] a {struct:Gone; caller} A.",
      "const LPStats *a",
      /does not fit/,
    ],
    [
      "a view that the caller owns",
      " * @param[out] a {view[*n]; caller} A.\n * @param[out] n {value; caller} N.",
      "const int **a, int *n",
      /owner "caller" does not fit/,
    ],
  ])("stops at %s", async (_what, tag, declaration, message) => {
    await expect(parse(withParameter(tag, declaration))).rejects.toThrow(message);
  });

  it.each([
    [
      "an enumerator without a value",
      "/** E. */\ntypedef enum E {\n  /** A. */\n  A\n} E;\n",
      /h\.h:24: A needs a whole number/,
    ],
    [
      "an undocumented enumerator",
      "/** E. */\ntypedef enum E {\n  A = 1\n} E;\n",
      /h\.h:23: a declaration without/,
    ],
    [
      "a member of unknown type",
      "/** S. */\ntypedef struct S {\n  /** A. */\n  long a;\n} S;\n",
      /unknown type "long"/,
    ],
    [
      "a member that is a pointer",
      "/** S. */\ntypedef struct S {\n  /** A. */\n  int *a;\n} S;\n",
      /cannot read/,
    ],
    [
      "a handle whose kind nobody tells",
      `/** H. */\ntypedef void *H;\n${free}`,
      /no parameter tells the kind of handle H/,
    ],
  ])("stops at %s", async (_what, body, message) => {
    await expect(parse(body)).rejects.toThrow(message);
  });
});
