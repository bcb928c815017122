// Makes dist/amalgamation/predict.c: the whole engine as one file that compiles with no flags.
//
// Rules the sources keep, and this script checks:
// - the C files and their order are those of amalgamate/files.txt;
// - a .h file is inlined where it is first included, and never again;
// - a .inl file is a template: it stands once, in a section of its own (template-sections.mjs);
// - c_predict_api.h stays an #include, it is shipped beside predict.c;
// - no name that would clash once all files are one.
// The text is that of the sources in fewer lines: see compact-c.mjs. It depends on them alone: no
// date, no absolute path, LF.

import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { declarations, publicFunctions } from "./c-text.mjs";
import { compactC } from "./compact-c.mjs";
import { PUBLIC_HEADER } from "./header-checks.mjs";
import { BuildError, PACKAGE_ROOT, packageVersion, sourceList } from "./objects.mjs";
import { symbolDifferences } from "./symbols.mjs";
import { layTemplates, mark, SINGLE_FILE, TemplateSections } from "./template-sections.mjs";

/** Headers whose second inclusion says something new. */
const NOT_ONCE = new Set(["assert.h"]);

/**
 * @param {object} tree
 * @param {string} tree.root Folder that has include/ and src/.
 * @param {string[]} tree.files Ordered C files, relative to src/.
 * @param {string} tree.version
 * @returns {string} The text of predict.c.
 * @throws {BuildError} A rule is broken; the message lists every breach that was found.
 */
export function amalgamate(tree) {
  return gather(tree).text;
}

/**
 * @param {string} [root]
 * @returns {string} SHA-256 of the sources, as the banner of predict.c has it; the library's own
 *   `source=` has its first 16 digits.
 * @throws {BuildError} As amalgamate.
 */
export function sourceHash(root = PACKAGE_ROOT) {
  const files = sourceList(join(root, "amalgamate", "files.txt"));
  return gather({ root, files, version: packageVersion() }).hash;
}

/**
 * @param {{ root: string, files: string[], version: string }} tree
 * @returns {{ text: string, hash: string }}
 */
function gather({ root, files, version }) {
  const inlined = new Set();
  const systemHeaders = new Set();
  const sources = createHash("sha256");
  /** @type {Map<string, string>} Text of each file once read, by path relative to root. */
  const texts = new Map();
  const templates = new TemplateSections();

  /** @param {string} path */
  const read = (path) => {
    const known = texts.get(path);
    if (known !== undefined) return known;
    const text = readFileSync(join(root, path), "utf8");
    if (text.includes("\r")) throw new BuildError(`${path}: has a carriage return`);
    texts.set(path, text);
    sources.update(`${path}\0${text}\0`);
    return text;
  };

  /** @param {string} from @param {string} name @param {string} place */
  const resolveInclude = (from, name, place) => {
    const found = [posix.join(posix.dirname(from), name), `src/${name}`, `include/${name}`].find(
      (path) => existsSync(join(root, path)),
    );
    if (found === undefined) throw new BuildError(`${place}: cannot find "${name}"`);
    return found;
  };

  /**
   * The lines of a file, those of the files that it includes first among them.
   *
   * @param {string} path
   * @param {string[]} stack The files that include it, outermost first.
   * @returns {import("./template-sections.mjs").Item[]}
   */
  const lay = (path, stack) => {
    if (stack.includes(path)) {
      const cycle = [...stack.slice(stack.indexOf(path)), path].join(" -> ");
      throw new BuildError(`include cycle: ${cycle}`);
    }
    const lines = read(path).split("\n");
    const guard = includeGuard(lines);
    const within = [...stack, path];
    const isTemplate = path.endsWith(".inl");
    /** @type {import("./template-sections.mjs").Item[][]} What stands for the n-th include. */
    const included = [];
    let depth = 0;
    const edited = lines.map((line, index) => {
      // A header that is there once needs no guard.
      if (guard?.includes(index) || /^\s*#\s*pragma\s+once\b/.test(line)) return "";
      if (/^\s*#\s*if/.test(line)) depth++;
      if (/^\s*#\s*endif/.test(line)) depth--;
      const system = /^\s*#\s*include\s+<([^>]+)>/.exec(line)?.[1];
      if (system !== undefined && depth === 0 && !isTemplate && !NOT_ONCE.has(system)) {
        if (systemHeaders.has(system)) return "";
        systemHeaders.add(system);
      }
      const name = /^\s*#\s*include\s+"([^"]+)"/.exec(line)?.[1];
      if (name === undefined) return line;
      const place = `${path}:${index + 1}`;
      const target = resolveInclude(path, name, place);
      /** @param {import("./template-sections.mjs").Item[]} items */
      const put = (items) => `#include "@${included.push(items) - 1}"`;
      if (target.endsWith(".inl")) {
        if (within.includes(target) || !templates.has(target))
          templates.add(target, lay(target, within));
        return put([templates.use(target)]);
      }
      if (inlined.has(target)) {
        if (within.includes(target)) lay(target, within);
        return "";
      }
      if (isTemplate) {
        throw new BuildError(
          `${place}: "${name}" is first included by a template; include it in the C file`,
        );
      }
      if (depth > 0) {
        throw new BuildError(
          `${place}: "${name}" is first included inside a condition; its contents would be lost where the condition is false`,
        );
      }
      inlined.add(target);
      if (posix.basename(target) !== PUBLIC_HEADER) return put(lay(target, within));
      read(target);
      return put([`#include "${PUBLIC_HEADER}"`]);
    });
    return [
      mark("Begin", path),
      ...compactC(edited.join("\n")).flatMap(
        (line) => included[Number(/^#include "@(\d+)"$/.exec(line)?.[1] ?? -1)] ?? [line],
      ),
      mark("End", path),
    ];
  };

  const engine = files.map((file) => ({
    path: `src/${file}`,
    items: lay(`src/${file}`, []),
  }));
  const { sections, main, breaches: sectionBreaches } = layTemplates(templates, engine);

  const breaches = [...sectionBreaches, ...nameBreaches(texts, `include/${PUBLIC_HEADER}`)];
  if (breaches.length > 0) throw new BuildError(breaches.join("\n"));

  const hash = sources.digest("hex");
  const text = [
    ...banner(files.length, version, hash),
    ...sections,
    "#if !defined(LP_AMALGAMATION)",
    ...settings(version, hash),
    ...main,
    "#endif",
  ];
  return { text: `${text.join("\n")}\n`, hash };
}

/** @param {number} count @param {string} version @param {string} hash */
function banner(count, version, hash) {
  return [
    "/*",
    ` * @generated by amalgamate.mjs from ${count} C files and what they include. Do not edit.`,
    ` * libpredict ${version}: the whole engine in one file.`,
    ` * SHA-256 of the sources: ${hash}`,
    " *",
    ` * Needs ${PUBLIC_HEADER} beside it, libc, libm and threads:`,
    ` *     cc -O2 -c ${SINGLE_FILE}`,
    " *     cc program.c predict.o -lm -pthread",
    ` * or #include "${SINGLE_FILE}" in one file of the program, before any other header.`,
    " *   -DLP_NO_THREADS  no threads",
    " *   -DLP_NO_VECTORS  no vector extensions of the compiler: slower",
    " *   -DLP_PLAIN_C     nothing but C11 and the functions of the system: as slow, for any compiler",
    " *",
    " * Keep its name: it includes itself. The kernels' templates stand first, each as a section that",
    " * LP_TEMPLATE_<name> selects; the rest is the engine, which includes them for each instruction set.",
    " * Comments and line breaks were left out; the sources in the repository have them.",
    " *",
    " * SPDX-License-Identifier: Apache-2.0",
    " */",
  ];
}

/** @param {string} version @param {string} hash */
function settings(version, hash) {
  return [
    "#if defined(__has_include)",
    `#if !__has_include("${SINGLE_FILE}")`,
    `#error "this file has to be called ${SINGLE_FILE}: it includes itself"`,
    "#endif",
    "#endif",
    "#define LP_AMALGAMATION 1",
    // Before the first system header, or it says nothing.
    "#if defined(__GLIBC__) && !defined(__USE_GNU)",
    `#error "include ${SINGLE_FILE} before any other header, or compile with -D_GNU_SOURCE"`,
    "#endif",
    "#if defined(__linux__) && !defined(_GNU_SOURCE)",
    "#define _GNU_SOURCE 1",
    "#endif",
    "#if defined(__linux__) && !defined(__LP64__) && !defined(_FILE_OFFSET_BITS)",
    "#define _FILE_OFFSET_BITS 64",
    "#endif",
    // The functions of C for text, where the system's own are others.
    "#if defined(__MINGW32__) && !defined(__USE_MINGW_ANSI_STDIO)",
    "#define __USE_MINGW_ANSI_STDIO 1",
    "#endif",
    // What the header would else ask of the compiler.
    "#if defined(LP_PLAIN_C) && !defined(MXNET_DLL)",
    "#define MXNET_DLL MXNET_EXTERN_C",
    "#endif",
    "#ifndef LP_BUILD",
    "#define LP_BUILD 1",
    "#endif",
    `#define LP_VERSION "${version}"`,
    `#define LP_SOURCE "${sourceDigits(hash)}"`,
  ];
}

/**
 * What the library says of its sources.
 *
 * @param {string} hash
 */
export function sourceDigits(hash) {
  return hash.slice(0, 16);
}

/**
 * The lines of a guard around all of a file: #ifndef, #define, #endif.
 *
 * @param {string[]} lines
 * @returns {number[] | undefined}
 */
function includeGuard(lines) {
  const directives = [...lines.keys()].filter((index) => /^\s*#/.test(lines[index] ?? ""));
  const [first = 0, second = 0] = directives;
  const last = directives.at(-1) ?? 0;
  const name = /^\s*#\s*ifndef\s+(\w+)/.exec(lines[first] ?? "")?.[1];
  return name !== undefined &&
    new RegExp(`^\\s*#\\s*define\\s+${name}\\s*$`).test(lines[second] ?? "") &&
    /^\s*#\s*endif/.test(lines[last] ?? "")
    ? [first, second, last]
    : undefined;
}

/**
 * Static names used in two files, and functions whose linkage is not what the header says.
 *
 * @param {Map<string, string>} texts
 * @param {string} headerPath
 */
function nameBreaches(texts, headerPath) {
  /** @type {Map<string, string[]>} */
  const staticHomes = new Map();
  const internal = new Set();
  /** @type {Map<string, string>} */
  const external = new Map();
  for (const [path, text] of texts) {
    if (path === headerPath || path.endsWith(".inl")) continue;
    const found = declarations(text);
    for (const name of new Set(
      found.filter((entry) => entry.isStatic).map((entry) => entry.name),
    )) {
      staticHomes.set(name, [...(staticHomes.get(name) ?? []), path]);
    }
    for (const entry of found) {
      if (entry.isInternal || entry.isStatic) internal.add(entry.name);
      else if (entry.isDefinition) external.set(entry.name, path);
    }
  }
  const exported = [...external.keys()].filter((name) => !internal.has(name));
  const header = texts.get(headerPath);
  return [
    ...[...staticHomes]
      .filter(([, homes]) => homes.length > 1)
      .map(([name, homes]) => `static name ${name} is used in ${homes.join(" and in ")}`),
    ...symbolDifferences(header === undefined ? [] : publicFunctions(header), exported).map(
      (line) => {
        const path = external.get(line.split(" ")[0] ?? "");
        return path === undefined ? line : `${path}: ${line} (mark it static or LP_INTERNAL)`;
      },
    ),
  ];
}

/**
 * Writes dist/amalgamation/{predict.c,c_predict_api.h}.
 *
 * @param {string} [root]
 * @param {string} [destination]
 * @returns {string} The text of predict.c.
 * @throws {BuildError} As amalgamate.
 */
export function writeAmalgamation(
  root = PACKAGE_ROOT,
  destination = join(PACKAGE_ROOT, "dist", "amalgamation"),
) {
  const text = amalgamate({
    root,
    files: sourceList(join(root, "amalgamate", "files.txt")),
    version: packageVersion(),
  });
  mkdirSync(destination, { recursive: true });
  writeWhole(join(destination, SINGLE_FILE), text);
  writeWhole(
    join(destination, PUBLIC_HEADER),
    readFileSync(join(root, "include", PUBLIC_HEADER), "utf8"),
  );
  return text;
}

/**
 * Replaces a file in one step.
 *
 * @param {string} path
 * @param {string} text
 */
export function writeWhole(path, text) {
  mkdirSync(dirname(path), { recursive: true });
  const partial = `${path}.${process.pid}`;
  writeFileSync(partial, text);
  renameSync(partial, path);
}
