import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { Tensor, writeNpy } from "@libpredict/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { digits, writeDigitsNpy } from "./fake/digits-files.js";
import { writeModel } from "./fake/model-writer.js";
import { bin, endOf, plainEnvironment, runCli, startCli } from "./fake/run-cli.js";

const commands = [
  "predict",
  "inspect",
  "profile",
  "bench",
  "check",
  "convert",
  "diff",
  "trim",
  "doctor",
] as const;
/** A colour, or another command to a terminal. */
const escapeCharacter = "\u001b";

let folder: string;
const at = (name: string): string => join(folder, name);

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "libpredict-line-"));
  const all = Array.from({ length: 360 }, (_, i) => i);
  writeDigitsNpy(at("all.npy"), all);
  // x W W …: many slow products.
  const products = Array.from({ length: 200 }, (_, i) => ({
    name: `product${i}`,
    op: "FullyConnected",
    attrs: { num_hidden: "1024", no_bias: "True" },
    inputs: [i === 0 ? "data" : `product${i - 1}`, "w"],
  }));
  const side = 1024;
  const square = new Tensor(new Float32Array(side * side).fill(1 / side), [side, side]);
  writeModel(at("slow"), [[{ name: "data" }, { name: "w" }, ...products], ["product199"]], {
    w: square,
  });
  writeFileSync(at("square.npy"), writeNpy(square));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe("help", () => {
  it("lists every command and the exit codes", async () => {
    const { code, stdout, stderr } = await runCli(["--help"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    for (const name of commands) expect(stdout).toMatch(new RegExp(`^  ${name} .*\\S$`, "m"));
    for (const line of ["  0    ", "  1    ", "  2    ", "  130  "]) expect(stdout).toContain(line);
  });

  it.each(commands)("of %s has examples that name the command", async (name) => {
    const { code, stdout } = await runCli([name, "--help"]);
    expect(code).toBe(0);
    expect(stdout).toContain(`Usage: libpredict ${name}`);
    expect(stdout).toMatch(new RegExp(`Examples:\n(.*\n)*?.*libpredict ${name} `));
    expect(await runCli(["help", name])).toMatchObject({ code: 0, stdout });
  });

  it("needs no engine", () => {
    const script = `await import(${JSON.stringify(pathToFileURL(bin))});
      console.log(JSON.stringify(process.report.getReport().sharedObjects));`;
    const loaded = (...words: string[]): string =>
      spawnSync(process.execPath, ["--input-type=module", "-e", script, "--", ...words], {
        encoding: "utf8",
        env: plainEnvironment(),
      }).stdout;
    // The list shows what a command loads that needs one.
    expect(loaded("check", digits)).toContain("koffi");
    const version = loaded("--version");
    expect(version).toMatch(/^\d+\.\d+\.\d+\S*\n\[/);
    expect(version).not.toContain("koffi");
  });

  it("goes to standard error, with exit code 2, where there is no command", async () => {
    const { code, stdout, stderr } = await runCli([]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain("Usage: libpredict");
  });

  it("fits 80 columns, examples aside", async () => {
    for (const name of commands) {
      const { stdout } = await runCli([name, "--help"]);
      for (const line of stdout.split("\n"))
        if (!/libpredict [a-z]+ /.test(line)) expect(line.length, line).toBeLessThanOrEqual(80);
    }
  });
});

describe("the command line", () => {
  it("tells its version", async () => {
    const { version } = JSON.parse(
      readFileSync(new URL("../package.json", import.meta.url), "utf8"),
    ) as { version: string };
    for (const flag of ["--version", "-V"])
      expect(await runCli([flag])).toEqual({ code: 0, stdout: `${version}\n`, stderr: "" });
  });

  it("is linked in the workspace's root", () => {
    const root = fileURLToPath(new URL("../../../", import.meta.url));
    const link = join(root, "node_modules/.bin/libpredict");
    const { version } = JSON.parse(
      readFileSync(new URL("../package.json", import.meta.url), "utf8"),
    ) as { version: string };
    expect(execFileSync(link, ["--version"], { encoding: "utf8" })).toBe(`${version}\n`);
  });

  it("suggests a command for a mistyped one", async () => {
    const { code, stdout, stderr } = await runCli(["perdict", "model"]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toBe(
      "error (usage): unknown command 'perdict'\n(Did you mean predict?)\nSee libpredict --help.\n",
    );
  });

  it("suggests an option for a mistyped one", async () => {
    const { code, stderr } = await runCli(["predict", digits, "--presset", "gray"]);
    expect(code).toBe(2);
    expect(stderr).toContain("(Did you mean --preset?)");
    expect(stderr).toContain("See libpredict predict --help.");
  });

  it("refuses values that are none, naming the option", async () => {
    for (const wrong of [
      ["--top", "0"],
      ["--top", "many"],
      ["--threads", "-1"],
      ["--memory", "slow"],
      ["--batch", "1.5"],
      ["--input", "data"],
      ["--input", "=1,2"],
    ]) {
      const { code, stdout, stderr } = await runCli(["predict", digits, at("all.npy"), ...wrong]);
      expect({ code, stdout }, wrong.join(" ")).toEqual({ code: 2, stdout: "" });
      expect(stderr).toContain(wrong[0]);
    }
  });

  it("writes errors as JSON with --json, and as text to standard error", async () => {
    const wrong = await runCli(["check", "--json"]);
    expect(wrong.code).toBe(2);
    expect(JSON.parse(wrong.stdout)).toEqual({
      error: {
        code: "usage",
        message: "missing required argument 'model'",
        hint: "See libpredict check --help.",
      },
    });
    expect(wrong.stderr).toBe(
      "error (usage): missing required argument 'model'\nSee libpredict check --help.\n",
    );
    const missing = await runCli(["check", at("nothing"), "--json"]);
    expect(missing.code).toBe(1);
    expect(JSON.parse(missing.stdout)).toMatchObject({ error: { code: "load" } });
    expect(missing.stderr).toMatch(/^error \(load\): /);
  });

  it("shows no stack, unless LIBPREDICT_DEBUG is set", async () => {
    const plain = await runCli(["check", at("nothing")]);
    expect(plain.stderr).not.toContain("    at ");
    const debug = await runCli(["check", at("nothing")], { env: { LIBPREDICT_DEBUG: "1" } });
    expect(debug.stderr).toContain("    at ");
  });
});

describe("colours", () => {
  it("are not written to pipes", async () => {
    const { stdout } = await runCli(["check", digits]);
    expect(stdout).not.toContain(escapeCharacter);
  });

  it("are written where FORCE_COLOR is set, and never where NO_COLOR is", async () => {
    const forced = await runCli(["check", digits], { env: { FORCE_COLOR: "1" } });
    expect(forced.stdout).toContain(escapeCharacter);
    const none = await runCli(["check", digits], { env: { FORCE_COLOR: "1", NO_COLOR: "1" } });
    expect(none.stdout).not.toContain(escapeCharacter);
    const error = await runCli(["nonsense"], { env: { FORCE_COLOR: "1" } });
    expect(error.stderr).toContain(escapeCharacter);
    const help = await runCli(["--help"], { env: { NO_COLOR: "1" } });
    expect(help.stdout).not.toContain(escapeCharacter);
  });
});

/** Runs the command on a terminal of its own, by `script`; only `to` is the terminal, the other stream a file. */
function onTerminal(arguments_: readonly string[], redirect: string, env = {}): string {
  const quoted = [process.execPath, bin, ...arguments_].map((text) => `'${text}'`).join(" ");
  const result = spawnSync("script", ["-qec", `${quoted} ${redirect}`, "/dev/null"], {
    encoding: "utf8",
    env: { ...plainEnvironment(), TERM: "xterm", ...env },
  });
  return result.stdout;
}

const hasScript = spawnSync("script", ["--version"]).status === 0;
const requireAll = process.env["LIBPREDICT_REQUIRE_ALL"] === "1";

describe("a terminal", () => {
  const inputs = (): string[] => Array.from({ length: 20 }, () => at("all.npy"));

  it("shows colours, and a progress bar where results go elsewhere", (context) => {
    if (!hasScript && !requireAll)
      context.skip("there is no `script` command: apt-get install bsdutils");
    expect(onTerminal(["check", digits], "")).toContain(escapeCharacter);
    expect(onTerminal(["check", digits], "", { NO_COLOR: "1" })).not.toContain(escapeCharacter);
    const bar = onTerminal(["predict", digits, ...inputs(), "--json"], "> /dev/null");
    expect(bar).toMatch(/predicting .* of 20/);
    // It is gone at the end, and left nothing to put right: no hidden cursor, no other line breaks.
    expect(bar.split(`${escapeCharacter}[2K`).at(-1)).toMatch(/20 inputs, [\d.]+ m?s/);
    expect(bar).not.toContain(`${escapeCharacter}[?`);
  });

  it.for([
    ["profile", "profiling"],
    ["bench", "measuring"],
  ] as const)("shows how far $0 is", ([command, word], context) => {
    if (!hasScript && !requireAll)
      context.skip("there is no `script` command: apt-get install bsdutils");
    const words = [command, digits, "--input", "data=1,1,8,8", "--runs", "5000"];
    const text = onTerminal(words, "");
    expect(text).toMatch(new RegExp(`${word} .* of 100 %`));
    // The table comes after it is gone.
    expect(text.split(`${escapeCharacter}[2K`).at(-1)).toContain("float32");
  });

  it("has no bar where standard error is none, or results come to it", (context) => {
    if (!hasScript && !requireAll)
      context.skip("there is no `script` command: apt-get install bsdutils");
    const text = onTerminal(["predict", digits, ...inputs(), "--top", "1"], "2> /dev/null");
    expect(text).not.toContain("predicting");
    expect(text).toContain("class 2");
    expect(onTerminal(["predict", digits, ...inputs(), "--top", "1"], "")).not.toContain(
      "predicting",
    );
  });
});

describe("a reader that goes away", () => {
  it("ends the command quietly, with exit code 0", () => {
    // More than a pipe holds, so that writing fails.
    const node = `'${process.execPath}' '${bin}'`;
    const script = `${node} predict '${digits}' '${at("all.npy")}' --jsonl --top 10 | head -1; echo "\${PIPESTATUS[0]}"`;
    const { stdout, stderr } = spawnSync("bash", ["-c", script], {
      encoding: "utf8",
      env: plainEnvironment(),
    });
    const [line, code] = stdout.trimEnd().split("\n");
    expect(JSON.parse(line ?? "")).toMatchObject({ row: 0 });
    expect({ code, stderr }).toEqual({ code: "0", stderr: "" });
  });
});

describe("a full disk", () => {
  it("is an error, without a stack", async (context) => {
    if (!existsSync("/dev/full") && !requireAll) context.skip("this system has no /dev/full");
    const script = `'${process.execPath}' '${bin}' predict '${digits}' '${at("all.npy")}' > /dev/full`;
    const result = spawnSync("bash", ["-c", script], { encoding: "utf8", env: plainEnvironment() });
    expect(result.status).toBe(1);
    expect(result.stderr).toMatch(/^error \(output\): ENOSPC: [^\n]*\n$/);
  });
});

describe("Ctrl-C", () => {
  it("ends a long run with exit code 130 and without a word", async () => {
    const begin = performance.now();
    const child = startCli(["predict", at("slow"), at("square.npy"), at("square.npy"), "--raw"]);
    const end = endOf(child);
    setTimeout(() => child.kill("SIGINT"), 1500);
    expect(await end).toEqual({ code: 130, stdout: "", stderr: "" });
    // The whole run takes longer: 2 × 200 products of 1024 × 1024.
    expect(performance.now() - begin).toBeLessThan(10_000);
  });

  it.each([
    ["profile", []],
    ["bench", ["--threads", "1,2"]],
  ])("ends %s, which measures, and writes no page", async (command, words) => {
    const page = command === "profile" ? ["--html", at("page.html")] : [];
    const input = ["--input", `data=${at("square.npy")}`];
    const child = startCli([command, at("slow"), ...input, ...words, ...page, "--json"]);
    const end = endOf(child);
    setTimeout(() => child.kill("SIGINT"), 1500);
    expect(await end).toEqual({ code: 130, stdout: "", stderr: "" });
    expect(existsSync(at("page.html"))).toBe(false);
  });

  it("ends bench where runs are short", async () => {
    const child = startCli(["bench", digits, "--input", "data=1,1,8,8", "--seconds", "60"]);
    const end = endOf(child);
    setTimeout(() => child.kill("SIGINT"), 1500);
    expect(await end).toEqual({ code: 130, stdout: "", stderr: "" });
  });

  it("ends the wait for standard input", async () => {
    const child = startCli(["predict", digits, "-"]);
    const end = endOf(child);
    setTimeout(() => child.kill("SIGINT"), 1500);
    expect(await end).toEqual({ code: 130, stdout: "", stderr: "" });
  });

  it("writes no half of a JSON document", async () => {
    const child = startCli(["predict", at("slow"), at("square.npy"), "--raw", "--json"]);
    const end = endOf(child);
    setTimeout(() => child.kill("SIGINT"), 1500);
    expect(await end).toEqual({ code: 130, stdout: "", stderr: "" });
  });
});
