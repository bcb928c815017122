import { expect, test } from "vitest";
import { declarations, publicFunctions } from "../scripts/c-text.mjs";

/** @param {string} text */
const names = (text) => declarations(text).map((entry) => entry.name);

test("functions, whatever stands before and after their names", () => {
  const text = `
    static int plain(int a) { if (a) { return 1; } return 0; }
    static inline __attribute__((always_inline, unused)) const char *
    wrapped(struct shape *s, void (*call)(int, int)) { return 0; }
    struct shape *made(int a[3]) { return 0; }
    extern "C" { int outer(const char *format, ...) LP_PRINTF(1, 2); }
    __attribute__((target("avx2,fma"))) static void vectored(float *x) { x[0] = 1; }
  `;
  expect(names(text)).toEqual(["plain", "wrapped", "made", "outer", "vectored"]);
  expect(declarations(text).map((entry) => entry.isStatic)).toEqual([
    true,
    true,
    false,
    false,
    true,
  ]);
});

test("variables, tables and function pointers", () => {
  const text = `
    static int one, two[4], three = 3;
    static const struct row { int a; } table[] = { {1}, {2} };
    static int (*chosen)(int, int) = 0;
    static _Thread_local char message[sizeof(int) * 8];
    static const char *const texts[2] = {"}", "static int no;"};
    extern const int elsewhere[3];
  `;
  expect(names(text)).toEqual([
    "one",
    "two",
    "three",
    "table",
    "chosen",
    "message",
    "texts",
    "elsewhere",
  ]);
  expect(declarations(text).at(-1)?.isDefinition).toBe(false);
});

test("types, directives, comments and literals declare nothing", () => {
  const text = `
    // static int comment;
    /* static int block; */
    #define MACRO static int \\
        hidden;
    typedef struct { int a; } shape;
    struct later;
    enum kind { KIND_A, KIND_B };
    _Static_assert(sizeof(int) == 4, "int");
  `;
  expect(names(text)).toEqual([]);
});

test("public functions are the MX and LP names the header declares", () => {
  const header = `
    #define LP_API(x) x
    typedef int (*LPCallback)(void *user);
    /* LPNot(int) */
    MXNET_DLL int MXPredFree(void *handle);
    MXNET_DLL const char *LPGetVersion(void);
    int helper(void);
  `;
  expect(publicFunctions(header)).toEqual(["LPGetVersion", "MXPredFree"]);
});
