import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { describe, expect, it } from "vitest";
import { referenceLibrary, skipReference } from "../../core/test/fake/reference-library.js";
import { runCli, runJson } from "./fake/run-cli.js";

interface Report {
  readonly engine: {
    readonly path: string;
    readonly source: string;
    readonly tried: readonly { readonly source: string; readonly reason: string }[];
    readonly build: Readonly<Record<string, string>>;
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
