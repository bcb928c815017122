import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { referenceLibrary, skipReference } from "../../core/test/fake/reference-library.js";
import { runCli, runJson } from "./fake/run-cli.js";

interface Report {
  readonly engine: {
    readonly path: string;
    readonly source: string;
    readonly tried: readonly { readonly source: string; readonly reason: string }[];
    readonly build: Readonly<Record<string, string>>;
    readonly published: Readonly<Record<string, string>> | null;
  };
  readonly selfTest: {
    readonly checks: readonly { readonly ok: boolean }[];
    readonly multiplyAddsPerSecond: number;
  };
  readonly problems: readonly { readonly severity: string; readonly problem: string }[];
}

describe("doctor", () => {
  it("finds nothing broken here", async () => {
    const { code, stdout } = await runCli(["doctor"]);
    expect(code).toBe(0);
    for (const section of ["engine", "machine", "node", "environment", "self test"])
      expect(stdout).toContain(`\n${section}\n`);
    expect(stdout).toMatch(/\n {2}results on this thread +right\n/);
    expect(stdout).toMatch(/\n {2}results off the main thread +right\n/);
    expect(stdout).toMatch(/multiply-adds\/s on \d+ threads? /);
    expect(stdout).not.toContain("error");
  });

  it("writes all it knows as JSON", async () => {
    const document = await runJson(["doctor"]);
    expect(Object.keys(document)).toEqual([
      "ok",
      "version",
      "engine",
      "machine",
      "runtime",
      "environment",
      "selfTest",
      "problems",
    ]);
    const { engine, selfTest } = document as unknown as Report;
    expect(document["ok"]).toBe(true);
    expect(existsSync(engine.path)).toBe(true);
    expect(engine.build["source"]).toMatch(/^[0-9a-f]{16}$/);
    expect(engine.tried.slice(0, 2)).toEqual([
      { source: "path", reason: "not given" },
      { source: "LIBPREDICT_PATH", reason: "not set" },
    ]);
    expect(selfTest.checks.map(({ ok }) => ok)).toEqual([true, true, true]);
    expect(selfTest.multiplyAddsPerSecond).toBeGreaterThan(1e6);
  });

  it("takes the library of --library, and of LIBPREDICT_PATH", async () => {
    const { engine } = (await runJson(["doctor"])) as unknown as Report;
    const named = (await runJson(["doctor", "--library", engine.path])) as unknown as Report;
    expect(named.engine).toMatchObject({ path: engine.path, source: "path", tried: [] });
    const env = { LIBPREDICT_PATH: dirname(engine.path) };
    const set = (await runJson(["doctor"], { env })) as unknown as Report;
    expect(set.engine).toMatchObject({ path: engine.path, source: "LIBPREDICT_PATH" });
  });

  it("exits with 1 and says what to do where there is no library", async () => {
    const text = await runCli(["doctor"], { env: { LIBPREDICT_PATH: "/no/such/place" } });
    expect(text.code).toBe(1);
    expect(text.stdout).toContain("LIBPREDICT_PATH (/no/such/place): no such file");
    expect(text.stdout).toMatch(
      /\nerror: LIBPREDICT_PATH names \/no\/such\/place, which cannot be used: no such file\n {2}Unset/,
    );
    const json = await runCli(["doctor", "--library", "/no/such/place", "--json"]);
    expect(json.code).toBe(1);
    expect(JSON.parse(json.stdout)).toMatchObject({
      ok: false,
      engine: { path: null },
      selfTest: null,
      problems: [{ severity: "error" }],
    });
  });

  it("notices what the environment does to the kernels", async () => {
    const report = (await runJson(["doctor"], {
      env: { LIBPREDICT_ISA: "sse9", UV_THREADPOOL_SIZE: "1" },
    })) as unknown as Report;
    const problems = report.problems.map(({ problem }) => problem).join("\n");
    expect(problems).toContain('LIBPREDICT_ISA is "sse9"');
    expect(problems).toContain("UV_THREADPOOL_SIZE is 1");
    const base = (await runJson(["doctor"], {
      env: { LIBPREDICT_ISA: "base" },
    })) as unknown as Report;
    expect(base.engine.build["isa"]).toBe("base");
    expect(base.selfTest.checks.map(({ ok }) => ok)).toEqual([true, true, true]);
  });

  it("tests MXNet's own library too", async (context) => {
    if (skipReference !== undefined) context.skip(skipReference);
    const library = ["--library", String(referenceLibrary)];
    const report = (await runJson(["doctor", ...library])) as unknown as Report;
    expect(report.selfTest.checks.map(({ ok }) => ok)).toEqual([true, true, true]);
    expect(report.problems[0]).toMatchObject({ severity: "warning" });
  });
});

describe("doctor and libpredict.json", () => {
  let folder: string;
  let library: string;
  let bytes: Buffer;
  let source: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "libpredict-doctor-"));
    const { engine } = (await runJson(["doctor"])) as unknown as Report;
    bytes = readFileSync(engine.path);
    source = engine.build["source"] as string;
    library = join(folder, basename(engine.path));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  const publish = (content: Buffer, change: object = {}): void => {
    writeFileSync(library, content);
    const manifest = {
      package: "@libpredict/some",
      file: basename(library),
      sha256: createHash("sha256").update(bytes).digest("hex"),
      source: source.padEnd(64, "0"),
      glibc: "2.17",
      ...change,
    };
    writeFileSync(join(folder, "libpredict.json"), JSON.stringify(manifest));
  };
  const diagnose = async (): Promise<Report> => {
    const { stdout } = await runCli(["doctor", "--library", library, "--json"]);
    return JSON.parse(stdout) as Report;
  };

  it("recognises the file that was published, and shows the glibc that it needs", async () => {
    publish(bytes);
    const { code, stdout } = await runCli(["doctor", "--library", library]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/\n {2}as published +yes, SHA-256 [0-9a-f]{16}… \(libpredict\.json/);
    expect(stdout).toMatch(/\n {2}needs +glibc 2\.17 \(here: /);
    expect(stdout).not.toContain("is not the file");
  });

  it("warns of a file that was changed, and says how to mend it", async () => {
    const changed = Buffer.concat([bytes, Buffer.of(0)]);
    publish(changed);
    const { code, stdout } = await runCli(["doctor", "--library", library]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/\n {2}as published +no, see below/);
    expect(stdout).toMatch(
      /\nwarning: \S+ is not the file that was published as @libpredict\/some: its SHA-256 .*\n {2}Install @libpredict\/some again.*npm run build/,
    );
    const { engine } = await diagnose();
    expect(engine.published?.["actualSha256"]).toBe(
      createHash("sha256").update(changed).digest("hex"),
    );
  });

  it("warns of a library from other sources", async () => {
    publish(bytes, { source: "0123456789abcdef".repeat(4) });
    const { problems } = await diagnose();
    expect(problems.map(({ problem }) => problem).join("\n")).toContain(
      `made from sources ${source} instead of 0123456789abcdef`,
    );
  });

  it("says that libpredict.json is damaged", async () => {
    publish(bytes, { sha256: 5 });
    const { problems } = await diagnose();
    expect(problems.map(({ problem }) => problem).join("\n")).toContain(
      'libpredict.json is damaged: it has no "sha256"',
    );
  });

  it("takes a libpredict.json that is about another file for none", async () => {
    publish(bytes, { file: "other.so", sha256: 5 });
    const { engine, problems } = await diagnose();
    expect(engine.published).toBeNull();
    expect(problems.filter(({ problem }) => problem.includes("published"))).toEqual([]);
  });

  it("says which glibc is needed where the loader misses one", async (context) => {
    // A version that libm or libc does not have, in the place of one that they have.
    const text = bytes.toString("latin1");
    const version = /\0GLIBC_2\.\d\d\0/.exec(text)?.[0];
    if (version === undefined) context.skip("the library does not ask for a glibc");
    const changed = Buffer.from(text.replace(version as string, "\0GLIBC_9.99\0"), "latin1");
    publish(changed, { glibc: "9.99" });
    const { code, stdout } = await runCli(["doctor", "--library", library]);
    expect(code).toBe(1);
    expect(stdout).toMatch(
      /\nerror: \S+ needs glibc 9\.99 or newer; this system has glibc 2\.\d+\n {2}Use a newer system/,
    );
  });
});
