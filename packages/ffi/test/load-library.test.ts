import { spawnSync } from "node:child_process";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { platformPackages } from "../src/gen/platform-packages.js";
import {
  findLibrary,
  LoadError,
  libraryFileName,
  loadLibrary,
  platformPackage,
} from "../src/index.js";
import { compile, compileFake } from "./fake/compile-library.js";

const fake = compileFake("lookup");
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "libpredict-lookup-"));
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

/** Makes this process look like one of another system. */
function pretend(system: string, processor: string, glibc: string | undefined): void {
  const header = glibc === undefined ? {} : { glibcVersionRuntime: glibc };
  vi.spyOn(process, "platform", "get").mockReturnValue(system as NodeJS.Platform);
  vi.spyOn(process, "arch", "get").mockReturnValue(processor as NodeJS.Architecture);
  vi.spyOn(process.report, "getReport").mockReturnValue({ header });
}

function triedOf(run: () => unknown): LoadError["tried"] {
  try {
    run();
  } catch (error) {
    expect(error).toBeInstanceOf(LoadError);
    expect((error as LoadError).code).toBe("load");
    for (const attempt of (error as LoadError).tried)
      expect((error as LoadError).message).toContain(attempt.reason);
    return (error as LoadError).tried;
  }
  throw new Error("a library was loaded");
}

describe("the lookup", () => {
  it("takes the explicit path before the environment", () => {
    vi.stubEnv("LIBPREDICT_PATH", "/nowhere/libpredict.so");
    expect(loadLibrary({ path: fake }).path).toBe(fake);
  });

  it("takes the environment's path when none is given", () => {
    vi.stubEnv("LIBPREDICT_PATH", fake);
    expect(loadLibrary().path).toBe(fake);
  });

  it("gives the same library for the same file", () => {
    expect(loadLibrary({ path: fake })).toBe(loadLibrary({ path: fake }));
  });

  it("tells where the library was found, and where it was looked for before", () => {
    vi.stubEnv("LIBPREDICT_PATH", fake);
    expect(findLibrary()).toEqual({
      library: loadLibrary({ path: fake }),
      source: "LIBPREDICT_PATH",
      tried: [{ source: "path", reason: "not given" }],
    });
    expect(findLibrary({ path: fake })).toMatchObject({ source: "path", tried: [] });
  });

  it("tells that no place had one, without throwing", () => {
    expect(findLibrary({ path: "/nowhere/a.so" })).toEqual({
      tried: [{ source: "path", path: "/nowhere/a.so", reason: "no such file" }],
    });
  });

  it("does not go on behind the caller's back when an explicit path fails", () => {
    vi.stubEnv("LIBPREDICT_PATH", fake);
    expect(triedOf(() => loadLibrary({ path: "/nowhere/a.so" }))).toEqual([
      { source: "path", path: "/nowhere/a.so", reason: "no such file" },
    ]);
  });

  it("does not go on when the environment's path fails", () => {
    vi.stubEnv("LIBPREDICT_PATH", "/nowhere/b.so");
    expect(triedOf(() => loadLibrary())).toEqual([
      { source: "path", reason: "not given" },
      { source: "LIBPREDICT_PATH", path: "/nowhere/b.so", reason: "no such file" },
    ]);
  });

  it("says why a file that exists is not a predict library", () => {
    const text = join(folder, "text.so");
    writeFileSync(text, "not a library");
    expect(triedOf(() => loadLibrary({ path: text }))[0]?.reason).toMatch(/./);
    const source = join(folder, "other.c");
    const other = join(folder, "other.so");
    writeFileSync(source, "int other(void) { return 1; }");
    expect(compile("-shared", "-fPIC", "-o", other, source)).toMatchObject({ code: 0 });
    expect(triedOf(() => loadLibrary({ path: other }))[0]?.reason).toMatch(/no MXPredCreate/);
  });

  it("looks in a folder for the library's usual name", () => {
    expect(triedOf(() => loadLibrary({ path: folder }))[0]?.reason).toBe(
      `a folder without ${libraryFileName}`,
    );
    cpSync(fake, join(folder, libraryFileName));
    expect(loadLibrary({ path: folder }).path).toBe(join(realpathSync(folder), libraryFileName));
  });

  it("goes on to the platform package, its own folder and the workspace build, and lists all when all fail", () => {
    // The package in a place of its own, with neither beside it at first.
    const home = join(folder, "packages/ffi");
    cpSync(fileURLToPath(new URL("../dist", import.meta.url)), join(home, "dist"), {
      recursive: true,
    });
    writeFileSync(join(home, "package.json"), '{"type":"module"}');
    const modules = join(home, "node_modules");
    mkdirSync(modules);
    const koffi = fileURLToPath(new URL("../node_modules/koffi", import.meta.url));
    symlinkSync(realpathSync(koffi), join(modules, "koffi"));
    const script = fileURLToPath(new URL("fake/report-lookup.mjs", import.meta.url));
    // pnpm's scripts set NODE_PATH to a folder that has the workspace's platform package.
    const { LIBPREDICT_PATH: _unset, NODE_PATH: _folder, ...env } = process.env;
    const lookUp = (): unknown => {
      const entry = pathToFileURL(join(home, "dist/index.js")).href;
      const result = spawnSync(process.execPath, [script, entry], { encoding: "utf8", env });
      expect(result.stderr).toBe("");
      return JSON.parse(result.stdout);
    };
    const real = realpathSync(folder);
    const built = join(real, "packages/c-api/dist/lib", libraryFileName);
    const base = [
      { source: "path", reason: "not given" },
      { source: "LIBPREDICT_PATH", reason: "not set" },
    ];
    expect(lookUp()).toEqual({
      tried: [
        ...base,
        { source: platformPackage(), reason: "not installed" },
        {
          source: "beside the program",
          path: join(real, "packages/ffi/dist", libraryFileName),
          reason: "no such file",
        },
        { source: "workspace build", path: built, reason: "no such file" },
      ],
    });
    mkdirSync(dirname(built), { recursive: true });
    cpSync(fake, built);
    expect(lookUp()).toEqual({ path: built });
    const beside = join(real, "packages/ffi/dist", libraryFileName);
    cpSync(fake, beside);
    expect(lookUp()).toEqual({ path: beside });
    const installed = join(modules, platformPackage());
    mkdirSync(installed, { recursive: true });
    writeFileSync(join(installed, "package.json"), "{}");
    cpSync(fake, join(installed, libraryFileName));
    expect(lookUp()).toEqual({ path: join(realpathSync(installed), libraryFileName) });
  });

  it.each([
    ["linux", "x64", "2.36", "@libpredict/linux-x64"],
    ["linux", "x64", undefined, "@libpredict/linux-x64-musl"],
    ["linux", "arm64", undefined, "@libpredict/linux-arm64-musl"],
    ["linux", "arm", "2.28", "@libpredict/linux-arm"],
    ["win32", "arm64", undefined, "@libpredict/win32-arm64"],
    ["darwin", "arm64", undefined, "@libpredict/darwin-arm64"],
  ])("on %s, %s, with glibc %s takes the package %s", (system, processor, glibc, name) => {
    pretend(system, processor, glibc);
    expect(platformPackage()).toBe(name);
    expect(platformPackages).toContain(name);
  });

  it("says which packages there are where none fits", () => {
    pretend("linux", "s390x", "2.36");
    const { reason } = findLibrary().tried.find(({ source }) => source === platformPackage()) ?? {};
    expect(platformPackage()).toBe("@libpredict/linux-s390x");
    expect(reason).toMatch(/^there is no such package; there are @libpredict\/darwin-arm64, /);
    expect(reason).toContain("LIBPREDICT_PATH");
  });

  it("takes glibc for granted where there are no reports", () => {
    pretend("linux", "x64", undefined);
    vi.stubGlobal("process", { ...process, platform: "linux", arch: "x64", report: undefined });
    expect(platformPackage()).toBe("@libpredict/linux-x64");
  });

  it("names the platform package after system and processor", () => {
    expect(platformPackage()).toMatch(/^@libpredict\/[a-z0-9]+-[a-z0-9]+(-musl)?$/);
    expect(platformPackage()).toContain(`${process.platform}-${process.arch}`);
  });
});
