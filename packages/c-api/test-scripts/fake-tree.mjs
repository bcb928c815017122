// A tiny engine in a temporary folder, laid out as packages/c-api, for testing the scripts.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** @type {Record<string, string>} */
const FILES = {
  "amalgamate/files.txt": "# in layer order\nbase/sum.c\napi/api.c\n",
  "include/c_predict_api.h": `#ifndef MXNET_C_PREDICT_API_H_
#define MXNET_C_PREDICT_API_H_
#define MXNET_DLL __attribute__((visibility("default")))
/* LPNotThis(int) is only a comment. */
typedef void (*LPCallback)(int code, void *user);
MXNET_DLL int LPSum(int a, int b);
MXNET_DLL const char *MXGetLastError(void);
#endif
`,
  "src/base/config.h": `#ifndef LP_BASE_CONFIG_H
#define LP_BASE_CONFIG_H
#include <stddef.h>
#ifdef LP_AMALGAMATION
#define LP_INTERNAL static
#else
#define LP_INTERNAL __attribute__((visibility("hidden")))
#endif
#endif
`,
  "src/base/sum.h": `#ifndef LP_SUM_H
#define LP_SUM_H
#include "base/config.h"
LP_INTERNAL int lp_sum_add(int a, int b);
#endif
`,
  "src/base/sum.c": `#include "base/sum.h"
static int sum_count;
static const char *const sum_names[2] = {"a;", "{b"};
#define SUM_NAME sum_twice
#define SUM_FACTOR 2
#include "base/times.inl"
#define SUM_NAME sum_thrice
#define SUM_FACTOR 3
#include "base/times.inl"
int lp_sum_add(int a, int b) {
    sum_count++;
    return sum_twice(a) + sum_thrice(b) - a - b - b + (sum_names[0][0] - 'a');
}
`,
  "src/base/times.inl": `static int SUM_NAME(int x) { return x * SUM_FACTOR; }
#undef SUM_NAME
#undef SUM_FACTOR
`,
  "src/api/api.c": `#include "c_predict_api.h"
#include "base/sum.h"
static const char *api_text(void) { return ""; }
int LPSum(int a, int b) { return lp_sum_add(a, b); }
const char *MXGetLastError(void) {
    return api_text();
}
`,
};

/**
 * @param {Record<string, string>} [changes] Files to add or replace.
 * @returns {{ root: string, remove: () => void }}
 */
export function makeFakeTree(changes = {}) {
  const root = mkdtempSync(join(tmpdir(), "libpredict-tree-"));
  for (const [path, text] of Object.entries({ ...FILES, ...changes })) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return { root, remove: () => rmSync(root, { recursive: true, force: true }) };
}

/** @param {string} path */
export function fakeText(path) {
  const text = FILES[path];
  if (text === undefined) throw new Error(`the fake tree has no ${path}`);
  return text;
}
