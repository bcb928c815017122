import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { COMPACT_WIDTH, compactC } from "../scripts/compact-c.mjs";
import { PACKAGE_ROOT } from "../scripts/objects.mjs";

/**
 * The tokens as a compiler sees them, by the phases of translation of the standard: lines spliced,
 * comments a blank, then words, numbers, literals, marks. A directive is told with its end, and with
 * the blanks inside it, which a macro can ask for.
 *
 * @param {string} text
 */
function tokensOf(text) {
  const spliced = text.replace(/\\\n/g, "");
  let code = "";
  for (let at = 0; at < spliced.length; ) {
    const rest = spliced.slice(at, at + 2);
    const char = spliced[at] ?? "";
    if (rest === "/*") {
      at = spliced.indexOf("*/", at) + 2;
      code += " ";
    } else if (rest === "//") {
      at = spliced.indexOf("\n", at);
    } else if (char === '"' || char === "'") {
      let end = at + 1;
      while (spliced[end] !== char && spliced[end] !== "\n") end += spliced[end] === "\\" ? 2 : 1;
      code += `\0${spliced.slice(at, end + 1)}\0`;
      at = end + 1;
    } else {
      code += char;
      at++;
    }
  }
  /** @type {string[]} */
  const tokens = [];
  for (const line of code.split("\n")) {
    const isDirective = /^\s*#/.test(line);
    for (const [index, part] of line.split("\0").entries()) {
      if (index % 2 === 1) tokens.push(part);
      else if (isDirective) tokens.push(...(part.replace(/\s+/g, " ").match(/[\w.]+| |\S/g) ?? []));
      else
        tokens.push(
          ...(part.match(/[\w.]+|<<=|>>=|\.\.\.|[-+&|<>=]{2}|[-+*/%&|^<>=!]=|\S/g) ?? []),
        );
    }
    if (isDirective) {
      while (tokens.at(-1) === " ") tokens.pop();
      tokens.push("end of directive");
    }
  }
  return tokens;
}

/** @param {string} text */
const compact = (text) => compactC(text).join("\n");

describe("what goes", () => {
  test("comments and empty lines", () => {
    expect(
      compact("/* head\n * of two lines */\n\nint a; // one\n\n  /* x */\nint b; /* two */\n"),
    ).toBe("int a;\nint b;");
  });

  test("a comment that another line goes on with, in code and in a directive", () => {
    expect(compact("int a; // one \\\n int no;\nint b;")).toBe("int a;\nint b;");
    expect(compact("#define A 1 /* one\n two */ + 2\nint b;")).toBe("#define A 1   + 2\nint b;");
    expect(compact("int/**/a;")).toBe("int a;");
  });
});

describe("what stays", () => {
  test("literals that look like comments and comments that look like literals", () => {
    const text = [
      'const char *a = "http://x";',
      'const char *b = "/* no */";',
      "char c = '\"';",
      "char d = '\\'';",
      'const char *e = "\\\\"; ',
      `const char *f = "\\"//"; /* it's "one */`,
      "char g = '/', h = '*';",
    ];
    expect(compact(text.join("\n"))).toBe(
      [...text.slice(0, 4), 'const char *e = "\\\\";', 'const char *f = "\\"//";', text[6]].join(
        "\n",
      ),
    );
  });

  test("a macro of several lines, and what a broken word or literal says", () => {
    const macro = "#define TWICE(x) \\\n  do { \\\n    x; \\\n    x; \\\n  } while (0)";
    expect(compact(`${macro}\nint a;`)).toBe(`${macro}\nint a;`);
    expect(compact('#define LONG "one \\\ntwo"\n')).toBe('#define LONG "one two"');
    expect(compact('const char *a = "one \\\ntwo"; int b\\\nc;')).toBe(
      'const char *a = "one two"; int bc;',
    );
    expect(compact("#define F(x) \\\n\\\n  /* why */ \\\n  (x)\nint a;")).toBe(
      "#define F(x) \\\n  (x)\nint a;",
    );
  });

  test("directives, each in a line of its own, wherever they stand", () => {
    expect(
      compact(
        "int t[] = {\n    1,\n#if A /* a */\n    2,\n    3,\n  # else\n    4,\n#endif\n    5,\n};\nint b;",
      ),
    ).toBe("int t[] = { 1,\n#if A\n    2, 3,\n  # else\n    4,\n#endif\n    5, };\nint b;");
    expect(compact("call(a,\n#ifdef B\n     b\n#else\n     c\n#endif\n);")).toBe(
      "call(a,\n#ifdef B\n     b\n#else\n     c\n#endif\n);",
    );
  });
});

describe("what is joined", () => {
  test("a statement that stands on several lines, up to the width", () => {
    expect(
      compact(
        "int f(int a,\n      int b) {\n  x = a &&\n      b;\n  y = b\n          ? 1\n          : 2;\n}",
      ),
    ).toBe("int f(int a, int b) {\n  x = a && b;\n  y = b ? 1 : 2; }");
    const long = "a".repeat(COMPACT_WIDTH - 9);
    expect(compact(`  f(${long},\n    b);`)).toBe(`  f(${long}, b);`);
    expect(compact(`  f(${long}a,\n    b);`)).toBe(`  f(${long}a,\n    b);`);
  });

  test("the inside of initialisers, enums and structures; rows of a table stay apart", () => {
    expect(compact("static const x y = {\n    .a = 1,\n    .b = {1,\n          2}};\nint b;")).toBe(
      "static const x y = { .a = 1, .b = {1, 2}};\nint b;",
    );
    expect(compact("enum {\n  A,\n  B\n};")).toBe("enum { A, B };");
    expect(compact("struct s {\n  int a;\n  int b;\n};\nint c;")).toBe(
      "struct s { int a; int b; };\nint c;",
    );
    expect(compact("static const row t[] = {\n  {1,\n   2},\n  {3, 4}};\n")).toBe(
      "static const row t[] = {\n  {1, 2},\n  {3, 4}};",
    );
  });

  test("a block of one statement, a chain of such, the statement after a label", () => {
    expect(compact("if (a) {\n  b();\n}\nc();")).toBe("if (a) { b(); }\nc();");
    expect(compact("if (a) {\n  b();\n} else if (c) {\n  d();\n} else {\n  e();\n}")).toBe(
      "if (a) { b(); } else if (c) { d(); } else { e(); }",
    );
    expect(
      compact("switch (a) {\ncase 1:\ncase 2:\n  return b;\ndefault:\n  c();\n  d();\n}"),
    ).toBe("switch (a) {\ncase 1:\ncase 2: return b;\ndefault: c();\n  d(); }");
    expect(compact("do {\n  a();\n} while (b);")).toBe("do { a(); } while (b);");
  });
});

test("the brace that ends a block hangs behind it, unless a directive or the width is in the way", () => {
  expect(compact("void f(void) {\n  a();\n  for (;;) {\n    b();\n    c();\n  }\n}")).toBe(
    "void f(void) {\n  a();\n  for (;;) {\n    b();\n    c(); } }",
  );
  expect(compact("void f(void) {\n  a();\n#if B\n  b();\n#endif\n}")).toBe(
    "void f(void) {\n  a();\n#if B\n  b();\n#endif\n}",
  );
  const long = `  a(${"b".repeat(COMPACT_WIDTH - 6)});`;
  expect(compact(`void f(void) {\n${long}\n${long}\n}`)).toBe(
    `void f(void) {\n${long}\n${long}\n}`,
  );
});

describe("what is not joined", () => {
  test("statements, and blocks of more than one", () => {
    for (const text of [
      "a();\nb();",
      "if (a) {\n  b();\n  c(); }",
      "if (a) {\n  b();\n} else {\n  c();\n  d(); }",
      "for (;;) {\n  if (a) { b(); } }",
      "if (a) {\n#if B\n  b();\n#endif\n}",
      "again:\n  a();",
      "struct s f(void) {\n  int a;\n  return a; }",
    ]) {
      expect(compact(text)).toBe(text);
    }
  });

  test("a call of a macro without a semicolon, and what follows it", () => {
    expect(compact("MAKE(a)\nMAKE(b)\nstatic int c;")).toBe("MAKE(a)\nMAKE(b)\nstatic int c;");
  });
});

test("what was made short once does not change again", () => {
  const text = readFileSync(join(PACKAGE_ROOT, "src", "op", "op_pooling.c"), "utf8");
  expect(compact(`${compact(text)}\n`)).toBe(compact(text));
});

test("every source file has the same tokens before and after", () => {
  const paths = readdirSync(join(PACKAGE_ROOT, "src"), { recursive: true, encoding: "utf8" })
    .filter((path) => /\.(?:c|h|inl)$/.test(path))
    .map((path) => join(PACKAGE_ROOT, "src", path));
  expect(paths.length).toBeGreaterThan(100);
  let before = 0;
  let after = 0;
  for (const path of [...paths, join(PACKAGE_ROOT, "include", "c_predict_api.h")]) {
    const text = readFileSync(path, "utf8");
    const lines = compactC(text);
    expect(tokensOf(`${lines.join("\n")}\n`), path).toEqual(tokensOf(text));
    before += text.split("\n").length;
    after += lines.length;
  }
  expect(after).toBeLessThan(before * 0.7);
});
