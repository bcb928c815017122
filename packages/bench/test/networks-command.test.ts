import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, it, vi } from "vitest";
import { UsageError } from "../dist/arguments.js";
import { networksCommand } from "../dist/networks-command.js";
import { pageCommand } from "../dist/page-command.js";

const main = fileURLToPath(new URL("../dist/main.js", import.meta.url));
const fakePeer = fileURLToPath(new URL("fake-peer.mjs", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "bench-networks-"));
const scratch = mkdtempSync(join(tmpdir(), "bench-scratch-"));
const env = { ...process.env, LIBPREDICT_BENCH_CACHE: folder, TMPDIR: scratch, INIT_CWD: folder };
const run = (...args: string[]) =>
  spawnSync(process.execPath, [main, ...args], { encoding: "utf8", env });
const worker = (mode: string, ...more: string[]): string =>
  `${mode}=${process.execPath} ${[fakePeer, mode, ...more].join(" ")}`;
const quick = ["networks", "--nets", "layer", "--rounds", "1", "--threads", "1"];

/** Whether it is there and no zombie, which waits only for whoever has inherited it. */
function isRunning(pid = 0): boolean {
  try {
    process.kill(pid, 0);
    return process.platform !== "linux" || !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}

afterAll(() => {
  for (const path of [folder, scratch]) rmSync(path, { recursive: true, force: true });
});

it("measures without any peer, says what would bring them, and writes JSON and a chart", () => {
  const files = ["--json", "all.json", "--svg", "all.svg"];
  const { status, stdout, stderr } = run(...quick, "--worker", worker("wrong"), ...files);
  expect(status, stderr).toBe(0);
  expect(stdout).toMatch(/^one 8×8 layer +\d\.\d+ +0\.250!$/m);
  for (const name of [
    "onnxruntime-node",
    "onnxruntime",
    "openvino",
    "mxnet",
    "ncnn",
    "mnn",
    "litert",
  ]) {
    expect(stdout).toContain(
      `Without ${name}: not installed; \`npm run bench -- networks --install\` brings it.`,
    );
  }
  const results = JSON.parse(readFileSync(join(folder, "all.json"), "utf8"));
  expect(results.measurements).toMatchObject([
    { runtime: "libpredict", network: "layer", threads: 1 },
    { runtime: "wrong", ms: 0.25 },
  ]);
  expect(readFileSync(join(folder, "all.svg"), "utf8")).toMatch(/^<svg /);
  expect(readdirSync(scratch)).toEqual([]);
});

it("writes the page from results, and refuses other files", () => {
  const { status, stderr } = run("page", "--from", "all.json", "--folder", "page");
  expect(status, stderr).toBe(0);
  expect(readdirSync(join(folder, "page")).sort()).toEqual([
    "benchmarks.json",
    "benchmarks.md",
    "benchmarks.svg",
  ]);
  writeFileSync(join(folder, "other.json"), "{}");
  const other = run("page", "--from", "other.json");
  expect(other.status).toBe(1);
  expect(other.stderr).toContain("other.json is not what");
});

it.each(["SIGINT", "SIGTERM"] as const)(
  "leaves no process and no file behind after %s",
  async (signal) => {
    const pids = join(folder, `${signal}.txt`);
    const args = [...quick, "--peers", "none", "--worker", worker("hangs", pids)];
    const child = spawn(process.execPath, [main, ...args], { env, stdio: "ignore" });
    const ended = new Promise((resolve) => child.once("close", resolve));
    await vi.waitFor(() => expect(existsSync(pids)).toBe(true), { timeout: 20_000 });
    await new Promise((resolve) => setTimeout(resolve, 300)); // until it hangs
    const [pid] = readFileSync(pids, "utf8").split("\n").map(Number);
    expect(isRunning(pid)).toBe(true);
    child.kill(signal);
    expect(await ended).toBe(signal === "SIGINT" ? 130 : 143);
    await vi.waitFor(() => expect(isRunning(pid)).toBe(false));
    expect(readdirSync(scratch)).toEqual([]);
  },
);

it.each([
  [["--nets", "alexnet"], 'no "alexnet"; there are layer, lenet'],
  [["--peers", "torch"], 'no "torch"; there are onnxruntime-node'],
  [["--threads", "0"], '--threads takes whole numbers from 1 up, not "0"'],
  [["--rounds", "few"], '--rounds takes whole numbers from 1 up, not "few"'],
  [["--worker", "mnn=x"], "--worker takes NAME=COMMAND with a name of its own"],
  [["--fast"], "--fast"],
])("refuses %j", async (args, words) => {
  await expect(networksCommand(args)).rejects.toThrow(words);
});

it("ends with 2 and the usage where arguments are wrong", async () => {
  await expect(pageCommand(["--from", "x.json", "--rounds", "3"])).rejects.toThrow(UsageError);
  const option = run("networks", "--nets", "alexnet");
  expect(option.status).toBe(2);
  expect(option.stderr).toContain("usage: npm run bench -- networks");
  const command = run("measure");
  expect(command.status).toBe(2);
  expect(command.stderr).toMatch(/there is no command "measure"\nusage: npm run bench/);
  expect(option.stdout + command.stdout).toBe("");
});

it("tells its commands and their options", () => {
  const { stdout } = run();
  for (const name of ["networks", "start", "calls", "page"]) {
    expect(stdout).toMatch(new RegExp(`^  ${name} `, "m"));
  }
  const { status, stdout: options } = run("start", "--help");
  expect(status).toBe(0);
  expect(options).toContain("usage: npm run bench -- start");
});
