// The engine's table of operators, read from the compiled sources, so that no spelling of a
// definition matters: names, algorithms, the file each stands in, what is refused and why, and, by
// trying, which element types are accepted.

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { writeAmalgamation } from "./amalgamate.mjs";
import { findCompiler } from "./compiler.mjs";
import { BuildError, PACKAGE_ROOT, sourceList } from "./objects.mjs";
import { roomsOf } from "./operator-rooms.mjs";

/**
 * @typedef {object} Operator
 * @property {string} id As `lp_op_<id>`.
 * @property {string} name
 * @property {string[]} aliases
 * @property {string[]} algorithms
 * @property {string} file Its source file's name.
 * @property {string} room As in `ops_<room>.h`.
 *
 * @typedef {object} Refusal
 * @property {string[]} names Patterns.
 * @property {string} reason
 * @property {string} remedy
 *
 * @typedef {object} Probe An operator alone, of a type.
 * @property {string} id
 * @property {string} dtype
 * @property {string} symbol
 * @property {{ name: string, dtype: string, shape: readonly number[] }[]} inputs
 */

export const DTYPES = ["float32", "float64", "float16", "uint8", "int32", "int8", "int64", "bool"];

const PROGRAM = `
#include "predict.c"
static void words(const char *text) {
  for (; text != NULL && *text != 0; text++) putchar(*text);
}
static void print_operator(const char *room, const char *id, const lp_op *op) {
  printf("op\\t%s\\t%s\\t%s\\t", room, id, op->name);
  words(op->aliases);
  putchar('\\t');
  for (int i = 0; i < op->family->num_algorithms; i++) {
    printf("%s%s", i == 0 ? "" : " ", op->family->algorithms[i].name);
  }
  putchar('\\n');
}
static void print_table(void) {
#define PRINT(id) print_operator(ROOM, #id, &lp_op_##id);
@ROOMS@
  lp_refusal r;
  for (int i = 0; lp_op_refusal_at(i, &r); i++) {
    printf("refusal\\t%s\\t%s\\t%s\\n", r.names, r.reason, r.remedy);
  }
}
static unsigned char params[32] = {0x12, 1};
/* One line: id, type, symbol, and for each input name, type and dims, all separated by tabs. */
static int runs(char *line) {
  enum { MOST = 64 };
  const char *keys[MOST], *symbol;
  int types[MOST];
  mx_uint indptr[MOST + 1] = {0}, dims[MOST * LP_MAX_NDIM], count = 0;
  strtok(line, "\\t");
  int wanted = atoi(strtok(NULL, "\\t"));
  symbol = strtok(NULL, "\\t");
  for (char *name; count < MOST && (name = strtok(NULL, "\\t")) != NULL; count++) {
    keys[count] = name;
    types[count] = atoi(strtok(NULL, "\\t"));
    mx_uint ndim = (mx_uint)atoi(strtok(NULL, "\\t"));
    for (mx_uint i = 0; i < ndim; i++) dims[indptr[count] + i] = (mx_uint)atoi(strtok(NULL, "\\t"));
    indptr[count + 1] = indptr[count] + ndim;
  }
  PredictorHandle handle;
  if (MXPredCreateEx(symbol, params, sizeof params, 1, 0, count, keys, indptr, dims, count, keys, types, &handle) != 0) return 0;
  const char *name;
  int type;
  const int64_t *out_dims;
  uint32_t ndim;
  int accepted = LPPredGetOutputInfo(handle, 0, &name, &type, &out_dims, &ndim) == 0 && (count > 0 || type == wanted);
  MXPredFree(handle);
  return accepted;
}
int main(int argc, char **argv) {
  static char line[1 << 20], last[400];
  if (argc == 1) {
    print_table();
    return 0;
  }
  FILE *probes = fopen(argv[1], "r");
  while (probes != NULL && fgets(line, sizeof line, probes) != NULL) {
    char key[400];
    line[strcspn(line, "\\n")] = 0;
    const char *end = strchr(strchr(line, '\\t') + 1, '\\t');
    snprintf(key, sizeof key, "%.*s", (int)(end - line), line);
    if (strcmp(key, last) != 0 && runs(line)) {
      puts(key);
      strcpy(last, key);
    }
  }
  return probes == NULL;
}
`;

/**
 * Compiles the table and lets `use` ask it.
 *
 * @template T
 * @param {(table: { operators: Operator[], refusals: Refusal[], accepted: (probes: Probe[]) => Map<string, Set<string>> }) => T} use
 *   `accepted`: of each operator's id the types with which one of its probes could be made.
 * @returns {T}
 */
export function withOperatorTable(use) {
  const folder = mkdtempSync(join(tmpdir(), "libpredict-operators-"));
  try {
    const [cc = "", ...leading] = findCompiler().command;
    const rooms = roomsOf(join(PACKAGE_ROOT, "src", "op"));
    writeAmalgamation(PACKAGE_ROOT, folder);
    const calls = rooms.map(
      ({ room, macro }) => `#undef ROOM\n#define ROOM "${room}"\n  ${macro}(PRINT)`,
    );
    writeFileSync(join(folder, "table.c"), PROGRAM.replace("@ROOMS@", calls.join("\n")));
    run(folder, [cc, ...leading, "-O0", "-w", "table.c", "-o", "table", "-lm", "-pthread"]);
    const lines = run(folder, [join(folder, "table")])
      .trimEnd()
      .split("\n")
      .map((line) => line.split("\t"));
    const files = definitionFiles(folder, [cc, ...leading]);
    const operators = lines
      .filter(([kind]) => kind === "op")
      .map(([, room = "", id = "", name = "", aliases = "", algorithms = ""]) => ({
        id,
        name,
        aliases: aliases.split(" ").filter(Boolean),
        algorithms: algorithms.split(" ").filter(Boolean),
        file: files.get(id) ?? "",
        room,
      }));
    const refusals = lines
      .filter(([kind]) => kind === "refusal")
      .map(([, names = "", reason = "", remedy = ""]) => ({
        names: names.split(" "),
        reason,
        remedy,
      }));
    return use({ operators, refusals, accepted: (probes) => tryProbes(folder, probes) });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @param {string} folder @param {Probe[]} probes */
function tryProbes(folder, probes) {
  const code = (/** @type {string} */ dtype) => String(DTYPES.indexOf(dtype));
  const lines = probes.map(({ id, dtype, symbol, inputs }) =>
    [
      id,
      code(dtype),
      symbol,
      ...inputs.flatMap((input) => [
        input.name,
        code(input.dtype),
        String(input.shape.length),
        ...input.shape.map(String),
      ]),
    ].join("\t"),
  );
  writeFileSync(join(folder, "probes.txt"), `${lines.join("\n")}\n`);
  /** @type {Map<string, Set<string>>} */
  const accepted = new Map();
  for (const line of run(folder, [join(folder, "table"), "probes.txt"])
    .trim()
    .split("\n")) {
    const [id = "", dtype = ""] = line.split("\t");
    accepted.set(id, (accepted.get(id) ?? new Set()).add(DTYPES[Number(dtype)] ?? ""));
  }
  return accepted;
}

/**
 * In which file each operator is defined: what the preprocessor says, because macros define some.
 *
 * @param {string} folder
 * @param {string[]} cc
 * @returns {Map<string, string>} By id.
 */
function definitionFiles(folder, cc) {
  const sources = sourceList(join(PACKAGE_ROOT, "amalgamate", "files.txt"))
    .filter((file) => /^op\/op_/.test(file))
    .map((file) => `#include "${join(PACKAGE_ROOT, "src", file)}"`);
  writeFileSync(join(folder, "files.c"), `${sources.join("\n")}\n`);
  /** @type {Map<string, string>} */
  const files = new Map();
  let file = "";
  for (const line of run(folder, [...cc, "-E", "-w", "files.c"]).split("\n")) {
    const marker = /^# \d+ "(.*?)"/.exec(line);
    if (marker) file = basename(marker[1] ?? "");
    for (const [, id = ""] of line.matchAll(/\blp_op_(\w+)\s*=\s*\{/g)) files.set(id, file);
  }
  return files;
}

/** @param {string} folder @param {string[]} command */
function run(folder, [program = "", ...args]) {
  const result = spawnSync(program, args, {
    cwd: folder,
    encoding: "utf8",
    maxBuffer: 1 << 28,
  });
  if (result.status !== 0)
    throw new BuildError(`${program} ${args.join(" ")}\n${result.stderr ?? result.error}`);
  return result.stdout;
}
