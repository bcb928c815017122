// npm run install:native: what it puts where, that programs find it there, and that it takes back
// exactly that. The library is the one that the build made.

import { spawnSync } from "node:child_process";
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { install } from "../install/install-actions.mjs";
import { BUILT, installLayout, isOutdated } from "../install/install-layout.mjs";
import { MANIFEST_PATH, readManifest } from "../install/install-manifest.mjs";
import { sourceDigits, sourceHash } from "../scripts/amalgamate.mjs";
import { findCompiler } from "../scripts/compiler.mjs";
import { PACKAGE_ROOT, WARNING_FLAGS } from "../scripts/objects.mjs";

const requireAll = process.env["LIBPREDICT_REQUIRE_ALL"] === "1";
const digits = join(PACKAGE_ROOT, "..", "examples", "models", "digits");
const program = join(PACKAGE_ROOT, "test-scripts", "classify-image.c");
const [cc = "", ...ccLeading] = findCompiler().command;

/** @type {string} */
let folder;
/** @type {string} A prefix whose name has a space in it. */
let prefix;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "libpredict-install-"));
  prefix = join(folder, "my prefix");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** @param {string[]} args @param {Record<string, string>} [env] */
function installNative(args, env = {}) {
  const script = join(PACKAGE_ROOT, "install", "install-native.mjs");
  const { INIT_CWD, DESTDIR, ...clean } = process.env;
  return spawnSync(process.execPath, [script, ...args], {
    cwd: folder,
    encoding: "utf8",
    env: { ...clean, ...env },
  });
}

/** @param {string} command @param {string[]} args @param {Record<string, string>} [env] */
function succeed(command, args, env = {}) {
  const result = spawnSync(command, args, {
    cwd: folder,
    encoding: "utf8",
    env: { ...process.env, ...env },
  });
  expect({ code: result.status, stderr: result.stderr, error: result.error }).toEqual({
    code: 0,
    stderr: "",
    error: undefined,
  });
  return result.stdout;
}

/** @param {string} root @returns {string[]} Every file, link and empty folder below it. */
function contents(root) {
  return readdirSync(root, { withFileTypes: true, recursive: true })
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !lstatSync(path).isDirectory() || readdirSync(path).length === 0)
    .map((path) => path.slice(root.length + 1))
    .sort();
}

/** @param {string} path Runs it on images of the held-out set and compares with the reference. */
function expectReferenceResults(path, libraries = join(prefix, "lib")) {
  const golden = JSON.parse(readFileSync(join(digits, "digits-golden.json"), "utf8"));
  const pixels = readFileSync(join(digits, "digits-heldout.bin"));
  for (const { index, softmax } of golden.images.slice(0, 3)) {
    const image = Float32Array.from(
      pixels.subarray(64 * index, 64 * index + 64),
      (ink) => ink / 16,
    );
    writeFileSync(join(folder, "image.raw"), image);
    const out = succeed(
      path,
      [join(digits, "digits-symbol.json"), join(digits, "digits-0000.params"), "image.raw"],
      { LD_LIBRARY_PATH: libraries },
    );
    const scores = out.trim().split("\n").map(Number);
    expect(scores).toHaveLength(10);
    scores.forEach((score, i) => {
      expect(Math.abs(score - softmax[i])).toBeLessThanOrEqual(5e-4 * Math.max(...softmax));
    });
  }
}

const FILES = [
  "include/c_predict_api.h",
  "include/mxnet/c_predict_api.h",
  "lib/cmake/libpredict/libpredictConfig.cmake",
  "lib/cmake/libpredict/libpredictConfigVersion.cmake",
  "lib/libmxnet.so",
  "lib/libmxnet_predict.so",
  "lib/libpredict.so",
  "lib/pkgconfig/libpredict.pc",
  "lib/pkgconfig/mxnet.pc",
  "share/libpredict/LICENSE",
  MANIFEST_PATH,
];

test("an installation has these files, and taking it back leaves an empty prefix", () => {
  const installed = installNative(["--prefix", prefix]);
  expect(installed.stderr).toBe("");
  expect(installed.status).toBe(0);
  expect(contents(prefix)).toEqual(FILES);
  for (const path of FILES.filter((name) => name !== MANIFEST_PATH)) {
    expect(installed.stdout).toContain(`  ${path}\n`);
  }
  expect(readFileSync(join(prefix, "lib/libpredict.so")).equals(readFileSync(BUILT.library))).toBe(
    true,
  );

  const removed = installNative(["--prefix", prefix, "--uninstall"]);
  expect(removed.stderr).toBe("");
  expect(removed.status).toBe(0);
  expect(readdirSync(prefix)).toEqual([]);
});

test("a relative prefix starts at the folder where npm was called", () => {
  const elsewhere = join(folder, "elsewhere");
  mkdirSync(elsewhere);
  expect(installNative(["--prefix", "here"], { INIT_CWD: elsewhere }).status).toBe(0);
  expect(contents(join(elsewhere, "here"))).toEqual(FILES);
});

test("installing again replaces what is there; another --libdir moves it", () => {
  expect(installNative(["--prefix", prefix]).status).toBe(0);
  expect(installNative(["--prefix", prefix]).status).toBe(0);
  expect(contents(prefix)).toEqual(FILES);
  const moved = installNative(["--prefix", prefix, "--libdir", "lib/x86_64-linux-gnu"]);
  expect(moved.status).toBe(0);
  expect(moved.stdout).toContain("lib/libpredict.so (of an earlier installation: taken away)");
  expect(contents(prefix)).toEqual(
    FILES.map((path) => path.replace(/^lib\//, "lib/x86_64-linux-gnu/")).sort(),
  );
  expect(installNative(["--prefix", prefix, "--uninstall"]).status).toBe(0);
  expect(readdirSync(prefix)).toEqual([]);
});

test("a foreign libmxnet.so is not replaced without --force", () => {
  mkdirSync(join(prefix, "lib"), { recursive: true });
  writeFileSync(join(prefix, "lib/libmxnet.so"), "another library");
  const refused = installNative(["--prefix", prefix]);
  expect(refused.status).toBe(1);
  expect(refused.stderr).toContain("lib/libmxnet.so: was not put there by libpredict");
  expect(refused.stderr).toContain("--force");
  expect(contents(prefix)).toEqual(["lib/libmxnet.so"]);
  expect(readFileSync(join(prefix, "lib/libmxnet.so"), "utf8")).toBe("another library");

  const forced = installNative(["--prefix", prefix, "--force"]);
  expect(forced.status).toBe(0);
  expect(forced.stdout).toContain("lib/libmxnet.so (in place of another file)");
  const built = join(dirname(BUILT.library), "libmxnet.so");
  expect(readFileSync(join(prefix, "lib/libmxnet.so")).equals(readFileSync(built))).toBe(true);
});

test("ldconfig lists the library under each of its names", (context) => {
  const ldconfig = ["ldconfig", "/sbin/ldconfig"].find((name) => !spawnSync(name, ["-V"]).error);
  if (process.platform !== "linux" || (ldconfig === undefined && !requireAll)) {
    return context.skip("no ldconfig; install the package libc-bin");
  }
  expect(installNative(["--prefix", prefix]).status).toBe(0);
  // An installation of an earlier version had links here; they give way.
  for (const name of ["libmxnet.so", "libmxnet_predict.so"]) {
    expect(lstatSync(join(prefix, "lib", name)).isSymbolicLink()).toBe(false);
  }
  // A path without a space: ldconfig takes no other.
  const place = join(folder, "place");
  symlinkSync(join(prefix, "lib"), place);
  writeFileSync(join(folder, "ld.so.conf"), `${place}\n`);
  const options = ["-C", "ld.so.cache"];
  succeed(ldconfig ?? "", ["-X", "-f", "ld.so.conf", ...options]);
  const listed = succeed(ldconfig ?? "", ["-p", ...options]);
  for (const name of ["libpredict.so", "libmxnet.so", "libmxnet_predict.so"]) {
    expect(listed).toMatch(new RegExp(`^\\s${name} .* => ${place}/${name}$`, "m"));
  }
});

test("a folder in the way cannot be forced", () => {
  mkdirSync(join(prefix, "include/c_predict_api.h"), { recursive: true });
  const refused = installNative(["--prefix", prefix, "--force"]);
  expect(refused.status).toBe(1);
  expect(refused.stderr).toContain("include/c_predict_api.h: is not a file");
});

test("taking back leaves changed files, files of others and their folders", () => {
  expect(installNative(["--prefix", prefix]).status).toBe(0);
  const header = join(prefix, "include/c_predict_api.h");
  writeFileSync(header, "changed");
  writeFileSync(join(prefix, "lib/libother.so"), "of somebody else");
  rmSync(join(prefix, "lib/pkgconfig/mxnet.pc"));
  rmSync(join(prefix, "lib/libmxnet.so"));
  symlinkSync("libother.so", join(prefix, "lib/libmxnet.so"));

  const again = installNative(["--prefix", prefix]);
  expect(again.status).toBe(1);
  expect(again.stderr).toContain("include/c_predict_api.h: was changed since libpredict put it");

  const partly = installNative(["--prefix", prefix, "--uninstall"]);
  expect(partly.status).toBe(1);
  expect(partly.stdout).toContain("lib/pkgconfig/mxnet.pc (was gone already)");
  expect(partly.stderr).toContain("include/c_predict_api.h");
  expect(partly.stderr).toContain("lib/libmxnet.so");
  const left = ["include/c_predict_api.h", "lib/libmxnet.so", "lib/libother.so"];
  expect(contents(prefix)).toEqual([...left, MANIFEST_PATH]);

  const forced = installNative(["--prefix", prefix, "--uninstall", "--force"]);
  expect(forced.status).toBe(0);
  expect(contents(prefix)).toEqual(["lib/libother.so"]);
  const nothing = installNative(["--prefix", prefix, "--uninstall"]);
  expect(nothing.status).toBe(1);
  expect(nothing.stderr).toContain("nothing of libpredict is installed");
});

test("an interrupted replacement can be finished, and can be taken back", () => {
  const layout = installLayout({ libdir: "lib" });
  const changed = layout.map((entry) =>
    entry.kind === "file" ? { ...entry, content: Buffer.from(`${entry.path} 2`) } : entry,
  );
  // A mode that no file can have, in the middle of the list.
  const broken = [...changed];
  broken.splice(3, 0, { kind: "file", path: "lib/x", content: Buffer.from(""), mode: -1 });
  const interrupt = () => {
    install(prefix, layout, { version: "1.0.0" });
    expect(() => install(prefix, broken, { version: "2.0.0" })).toThrow("mode");
    const header = readFileSync(join(prefix, "include/c_predict_api.h"), "utf8");
    expect(header).toBe("include/c_predict_api.h 2");
    expect(readFileSync(join(prefix, "lib/pkgconfig/mxnet.pc"), "utf8")).toContain("1.9.1");
  };
  interrupt();
  install(prefix, changed, { version: "2.0.0" });
  expect(contents(prefix)).toEqual(FILES);
  expect(readManifest(prefix)?.earlier).toBe(undefined);

  interrupt();
  expect(installNative(["--prefix", prefix, "--uninstall"]).status).toBe(0);
  expect(readdirSync(prefix)).toEqual([]);
});

test("a manifest that names a path outside of the prefix is refused", () => {
  mkdirSync(join(prefix, "share/libpredict"), { recursive: true });
  const precious = join(folder, "precious");
  writeFileSync(precious, "mine");
  for (const [content, reason] of [
    [
      { kind: "libpredict install manifest", files: { "../precious": "sha256:0" } },
      "not a path below the prefix",
    ],
    [{ files: {} }, "not a manifest of libpredict"],
  ]) {
    writeFileSync(join(prefix, MANIFEST_PATH), JSON.stringify(content));
    const refused = installNative(["--prefix", prefix, "--uninstall", "--force"]);
    expect(refused.status).toBe(1);
    expect(refused.stderr).toContain(reason);
    expect(existsSync(precious)).toBe(true);
  }
});

test("--dry-run writes nothing, neither way", () => {
  const dry = installNative(["--prefix", prefix, "--dry-run"]);
  expect(dry.status).toBe(0);
  expect(dry.stdout).toContain("would install");
  expect(dry.stdout).toContain("lib/libpredict.so");
  expect(existsSync(prefix)).toBe(false);
  expect(installNative(["--prefix", prefix]).status).toBe(0);
  expect(installNative(["--prefix", prefix, "--uninstall", "--dry-run"]).stdout).toContain(
    "would remove",
  );
  expect(contents(prefix)).toEqual(FILES);
});

test("wrong arguments end with code 2 and say which; --help explains all of them", () => {
  for (const [args, text] of /** @type {[string[], string][]} */ ([
    [[], "--prefix DIR is missing"],
    [["--prefix", prefix, "--libdir", "../lib"], "not a folder below the prefix"],
    [["--prefix", prefix, "--libdir", "/usr/lib"], "not a folder below the prefix"],
    [["--prefix", prefix, "--what"], "--what"],
    [["--prefix", prefix, "stray"], "stray"],
  ])) {
    const result = installNative(args);
    expect(result.stderr).toContain(text);
    expect(result.status).toBe(2);
  }
  const help = installNative(["--help"]);
  expect(help.status).toBe(0);
  for (const option of ["--prefix", "--libdir", "--uninstall", "--dry-run", "--force", "DESTDIR"]) {
    expect(help.stdout).toContain(option);
  }
});

test("a library made from other sources than those that are here is known as such", () => {
  const library = join(folder, "library.so");
  writeFileSync(library, `\0source=${sourceDigits(sourceHash())} isa\0`);
  expect(isOutdated(library)).toBe(false);
  writeFileSync(library, "\0source=0123456789abcdef isa\0");
  expect(isOutdated(library)).toBe(true);
});

test("a prefix that is a file is an error, not a stack trace", () => {
  writeFileSync(prefix, "");
  const result = installNative(["--prefix", prefix]);
  expect(result.status).toBe(1);
  expect(result.stderr).toMatch(/^install:native: E\w+: /);
});

test("DESTDIR stands before the prefix, and the tree works where it is moved to", (context) => {
  skipWithout(context, "pkg-config", "pkgconf");
  const stage = join(folder, "stage");
  expect(installNative(["--prefix", "/opt/predict"], { DESTDIR: stage }).status).toBe(0);
  expect(contents(stage)).toEqual(FILES.map((path) => `opt/predict/${path}`));
  renameSync(join(stage, "opt/predict"), prefix);
  const flags = succeed("pkg-config", ["--variable=prefix", "libpredict"], {
    PKG_CONFIG_PATH: join(prefix, "lib/pkgconfig"),
  });
  expect(resolve(flags.trim().replaceAll("\\ ", " "))).toBe(prefix);
  expect(installNative(["--prefix", prefix, "--uninstall"]).status).toBe(0);
  expect(readdirSync(prefix)).toEqual([]);
});

/** @param {import("vitest").TestContext} context @param {string} tool @param {string} pack */
function skipWithout(context, tool, pack) {
  if (!spawnSync(tool, ["--version"]).error || requireAll) return;
  context.skip(`${tool} is not here; install the package ${pack}`);
}

test.each(["libpredict", "mxnet"])(
  "a C program is built through pkg-config %s",
  (name, context) => {
    skipWithout(
      /** @type {import("vitest").TestContext} */ (/** @type {unknown} */ (context)),
      "pkg-config",
      "pkgconf",
    );
    expect(installNative(["--prefix", prefix]).status).toBe(0);
    const env = { PKG_CONFIG_PATH: join(prefix, "lib/pkgconfig") };
    const flags = succeed("pkg-config", ["--cflags", "--libs", name], env).trim();
    const version = succeed("pkg-config", ["--modversion", name], env).trim();
    expect(version).toBe(
      name === "mxnet"
        ? "1.9.1"
        : JSON.parse(readFileSync(join(PACKAGE_ROOT, "package.json"), "utf8")).version,
    );
    const compiler = [cc, ...ccLeading, ...WARNING_FLAGS, "-Werror"].join(" ");
    succeed("sh", ["-c", `eval '${compiler}' '${program}' -o program '${flags}'`]);
    expectReferenceResults(join(folder, "program"));
  },
);

test("pkg-config finds libraries in a folder whose name has a space", (context) => {
  skipWithout(context, "pkg-config", "pkgconf");
  expect(installNative(["--prefix", prefix, "--libdir", "my lib/deep"]).status).toBe(0);
  const env = { PKG_CONFIG_PATH: join(prefix, "my lib/deep/pkgconfig") };
  for (const [flag, name] of /** @type {const} */ ([
    ["--cflags-only-I", "c_predict_api.h"],
    ["--libs-only-L", "libpredict.so"],
  ])) {
    const flags = succeed("pkg-config", [flag, "libpredict"], env);
    const words = succeed("sh", ["-c", `eval "printf '%s\\n' $1"`, "sh", flags.trim()]).trim();
    expect(existsSync(join(words.slice(2), name))).toBe(true);
  }
});

test("a C program written for MXNet is built with -lmxnet_predict and mxnet/c_predict_api.h", () => {
  expect(installNative(["--prefix", prefix]).status).toBe(0);
  const include = `-I${join(prefix, "include")}`;
  const libraries = `-L${join(prefix, "lib")}`;
  for (const library of ["-lmxnet_predict", "-lmxnet", "-lpredict"]) {
    const args = ["-DMXNET_INCLUDE", program, "-o", "program", include, libraries, library];
    succeed(cc, [...ccLeading, ...args]);
    expectReferenceResults(join(folder, "program"));
  }
});

test("a C program is built through CMake, and a version that is too new is refused", (context) => {
  skipWithout(context, "cmake", "cmake");
  expect(installNative(["--prefix", prefix, "--libdir", "lib/deep/er"]).status).toBe(0);
  const source = join(folder, "source");
  mkdirSync(source);
  /** @param {string} version */
  const configure = (version) => {
    writeFileSync(
      join(source, "CMakeLists.txt"),
      `cmake_minimum_required(VERSION 3.16)
project(classify C)
find_package(libpredict ${version} REQUIRED)
add_executable(classify "${program}")
target_link_libraries(classify PRIVATE libpredict::predict)
`,
    );
    return spawnSync(
      "cmake",
      ["-S", source, "-B", join(folder, "build"), `-DCMAKE_PREFIX_PATH=${prefix}`],
      { encoding: "utf8", env: { ...process.env, CC: [cc, ...ccLeading].join(" ") } },
    );
  };
  const depth = join(prefix, "lib/deep/er/cmake/libpredict");
  const { version } = JSON.parse(readFileSync(join(PACKAGE_ROOT, "package.json"), "utf8"));
  // CMake looks below lib by itself; deeper, libpredict_DIR says where.
  process.env["libpredict_DIR"] = depth;
  try {
    const tooNew = configure("999.0");
    expect(tooNew.status).toBe(1);
    expect(tooNew.stderr).toContain(`version: ${version}`);
    rmSync(join(folder, "build"), { recursive: true });
    const configured = configure(version);
    expect(configured.stderr).toBe("");
    expect(configured.status).toBe(0);
  } finally {
    delete process.env["libpredict_DIR"];
  }
  succeed("cmake", ["--build", join(folder, "build")]);
  // CMake writes the library's folder into programs of the build tree: nothing else is needed.
  expectReferenceResults(join(folder, "build", "classify"), "");
});
