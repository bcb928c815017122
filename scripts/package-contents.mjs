// What each published package may contain, must contain, and may weigh. The release stops, and a
// test fails, on anything else.

import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { packageName } from "../packages/c-api/scripts/platform-packages.mjs";
import { PLATFORMS } from "../packages/c-api/scripts/platforms.mjs";
import { REPOSITORY_ROOT } from "./public-packages.mjs";

const KIB = 1024;
const COMMON = [/^package\.json$/, /^README\.md$/, /^LICENSE$/];
const COMPILED = /^dist\/(?:[a-z0-9]+(?:-[a-z0-9]+)*\/)*[a-z0-9]+(?:-[a-z0-9]+)*\.(?:js|d\.ts)$/;

/**
 * @typedef {object} ContentRule
 * @property {RegExp[]} allowed Besides package.json, README.md and LICENSE.
 * @property {string[]} required
 * @property {boolean} compiled dist/ is made from src/, file by file.
 * @property {number} packedBytes Largest tarball.
 * @property {number} unpackedBytes
 */

/**
 * @param {import("../packages/c-api/scripts/platforms.mjs").Platform} platform
 * @returns {ContentRule}
 */
function platformRule({ library }) {
  return {
    allowed: [new RegExp(`^(?:${library.replace(".", "\\.")}|libpredict\\.json)$`)],
    required: [library, "libpredict.json"],
    compiled: false,
    packedBytes: 520 * KIB,
    unpackedBytes: 1024 * KIB,
  };
}

/** @type {Record<string, ContentRule>} */
export const CONTENT_RULES = {
  "@libpredict/c-api": {
    allowed: [
      /^include\/c_predict_api\.h$/,
      /^dist\/amalgamation\/(?:predict\.c|c_predict_api\.h)$/,
    ],
    required: [
      "include/c_predict_api.h",
      "dist/amalgamation/predict.c",
      "dist/amalgamation/c_predict_api.h",
    ],
    compiled: false,
    packedBytes: 400 * KIB,
    unpackedBytes: 2048 * KIB,
  },
  ...Object.fromEntries(
    PLATFORMS.map((platform) => [packageName(platform), platformRule(platform)]),
  ),
  "@libpredict/ffi": {
    allowed: [COMPILED],
    required: ["dist/index.js", "dist/index.d.ts"],
    compiled: true,
    packedBytes: 100 * KIB,
    unpackedBytes: 350 * KIB,
  },
  "@libpredict/core": {
    allowed: [COMPILED],
    required: ["dist/index.js", "dist/index.d.ts", "dist/node.js", "dist/node.d.ts"],
    compiled: true,
    packedBytes: 150 * KIB,
    unpackedBytes: 500 * KIB,
  },
  "@libpredict/wasm": {
    allowed: [
      /^dist\/(?:index|node|binding|binding-node)\.(?:js|d\.ts)$/,
      /^dist\/predict(?:-relaxed)?\.wasm$/,
      /^dist\/compat\/(?:libmxnet_predict\.js|package\.json)$/,
    ],
    required: [
      "dist/index.js",
      "dist/index.d.ts",
      "dist/node.js",
      "dist/node.d.ts",
      "dist/binding.js",
      "dist/binding.d.ts",
      "dist/binding-node.js",
      "dist/binding-node.d.ts",
      "dist/predict.wasm",
      "dist/predict-relaxed.wasm",
      "dist/compat/libmxnet_predict.js",
      "dist/compat/package.json",
    ],
    compiled: false,
    packedBytes: 1200 * KIB,
    unpackedBytes: 3584 * KIB,
  },
  libpredict: {
    allowed: [COMPILED, /^bin\/libpredict\.js$/],
    required: ["bin/libpredict.js", "dist/main.js"],
    compiled: true,
    packedBytes: 150 * KIB,
    unpackedBytes: 500 * KIB,
  },
};

/** What an installation of `@libpredict/core` may take on disk, its dependencies included. */
export const INSTALLED_BYTES = 6_000_000;

/**
 * Everything that is wrong with a packed package.
 *
 * @param {import("./pack-packages.mjs").PackedPackage} packed
 * @param {Record<string, string>} versions Of all packages that are published together.
 * @param {string} [root] Of the checkout it was packed in.
 * @returns {string[]}
 */
export function contentDefects(packed, versions, root = REPOSITORY_ROOT) {
  const rule = CONTENT_RULES[packed.name];
  if (rule === undefined) return [`${packed.name}: package-contents.mjs has no rule for it`];
  const names = [...packed.files.keys()];
  const allowed = [...COMMON, ...rule.allowed];
  const required = ["package.json", "README.md", "LICENSE", ...rule.required];
  const { packedBytes, unpackedBytes, files } = packed;
  const defects = [
    ...names
      .filter((name) => !allowed.some((pattern) => pattern.test(name)))
      .map((name) => `${name} does not belong into the package`),
    ...required.filter((name) => !files.has(name)).map((name) => `${name} is missing`),
    ...(rule.compiled ? compiledDefects(packed) : []),
    ...textDefects(files, root),
    ...manifestDefects(packed.manifest, versions),
    ...libraryDefects(packed, root),
  ];
  const licence = readFileSync(join(root, "LICENSE"));
  if (files.get("LICENSE")?.equals(licence) === false) {
    defects.push("LICENSE is not the repository's");
  }
  if (packedBytes > rule.packedBytes) {
    defects.push(`the tarball has ${packedBytes} bytes; ${rule.packedBytes} are its budget`);
  }
  if (unpackedBytes > rule.unpackedBytes) {
    defects.push(`unpacked it has ${unpackedBytes} bytes; ${rule.unpackedBytes} are its budget`);
  }
  return defects.map((defect) => `${packed.name}: ${defect}`);
}

/** @param {import("./pack-packages.mjs").PackedPackage} packed */
function compiledDefects({ files, folder }) {
  const sources = readdirSync(join(folder, "src"), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .map((file) => `dist/${file.slice(0, -".ts".length)}`);
  const outputs = sources.flatMap((stem) => [`${stem}.js`, `${stem}.d.ts`]);
  return [
    ...outputs.filter((file) => !files.has(file)).map((file) => `${file} is missing: not built`),
    ...[...files.keys()]
      .filter((file) => file.startsWith("dist/") && !outputs.includes(file))
      .map((file) => `${file} has no source any more`),
  ];
}

/** @param {Map<string, Buffer>} files @param {string} root */
function textDefects(files, root) {
  const defects = [];
  for (const [name, content] of files) {
    if (!/\.(?:js|ts|json|md)$/.test(name)) continue;
    const text = content.toString("utf8");
    if (/^\/\/# sourceMappingURL=/m.test(text)) defects.push(`${name} names a source map`);
    if (text.includes(root)) defects.push(`${name} names a folder of this machine`);
  }
  return defects;
}

/**
 * @param {Record<string, any>} manifest
 * @param {Record<string, string>} versions
 */
function manifestDefects(manifest, versions) {
  const defects = [];
  for (const field of ["description", "license", "keywords", "engines", "files"]) {
    if (manifest[field] === undefined) defects.push(`package.json has no ${field}`);
  }
  if (manifest["publishConfig"]?.access !== "public") {
    defects.push("package.json has no publishConfig.access public");
  }
  for (const script of ["preinstall", "install", "postinstall", "prepare"]) {
    if (manifest["scripts"]?.[script] !== undefined) defects.push(`has a script ${script}`);
  }
  for (const field of ["dependencies", "optionalDependencies"]) {
    for (const [name, range] of Object.entries(manifest[field] ?? {})) {
      if (!/^\d+\.\d+\.\d+(?:-[\w.]+)?$/.test(range)) {
        defects.push(`${field}: ${name} is ${range}, not one version`);
      }
      if (versions[name] !== undefined && versions[name] !== range) {
        defects.push(`${field}: ${name} is ${range}; ${versions[name]} is being published`);
      }
    }
  }
  return defects;
}

/**
 * The library that a package carries.
 *
 * @param {string} name Of the package.
 * @returns {string | undefined} The file's name; undefined: it is no platform package.
 */
export function carriedLibrary(name) {
  return PLATFORMS.find((platform) => packageName(platform) === name)?.library;
}

/** @param {import("./pack-packages.mjs").PackedPackage} packed @param {string} root */
function libraryDefects({ files, name, version }, root) {
  const file = carriedLibrary(name);
  const library = file === undefined ? undefined : files.get(file);
  if (library === undefined) return []; // a missing file is another defect
  const recorded = JSON.parse(files.get("libpredict.json")?.toString("utf8") ?? "{}");
  const expected = {
    package: name,
    version,
    file,
    size: library.length,
    sha256: createHash("sha256").update(library).digest("hex"),
  };
  const defects = Object.entries(expected)
    .filter(([key, value]) => recorded[key] !== value)
    .map(
      ([key, value]) => `libpredict.json: ${key} is ${recorded[key]}, not ${value}: build again`,
    );
  if (!/^[0-9a-f]{64}$/.test(recorded.source)) defects.push("libpredict.json: no source hash");
  const singleFile = join(root, "packages/c-api/dist/amalgamation/predict.c");
  if (existsSync(singleFile) && !readFileSync(singleFile, "utf8").includes(recorded.source)) {
    defects.push("libpredict.json: source is not the hash in predict.c: build again");
  }
  return defects;
}
