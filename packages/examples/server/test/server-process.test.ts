import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it } from "vitest";
import { elementsOf, golden } from "./digit-images.js";

const main = fileURLToPath(new URL("../dist/main.js", import.meta.url));
const started: ChildProcess[] = [];
afterEach(() => {
  for (const child of started.splice(0)) child.kill("SIGKILL");
});

interface Started {
  readonly child: ChildProcess;
  /** Resolves with the first address in the output. */
  readonly url: Promise<string>;
  readonly ended: Promise<{ exitCode: number | null; stdout: string; stderr: string }>;
}

function start(...args: string[]): Started {
  const child = spawn(process.execPath, [main, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  started.push(child);
  let stdout = "";
  let stderr = "";
  const url = new Promise<string>((resolve, reject) => {
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
      const address = /listening on (\S+)/.exec(stdout)?.[1];
      if (address) resolve(address);
    });
    child.on("close", () => reject(new Error(`ended early: ${stderr}`)));
  });
  url.catch(() => {});
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  const ended = new Promise<Awaited<Started["ended"]>>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (exitCode) => resolve({ exitCode, stdout, stderr }));
  });
  return { child, url, ended };
}

const ask = (url: string): Promise<Response> =>
  fetch(`${url}/classify?top=1`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ data: elementsOf(golden[0]?.index ?? 0) }),
  });

describe("the server's process", () => {
  it.each(["SIGTERM", "SIGINT"] as const)("answers, and ends well on %s", async (signal) => {
    const { child, url, ended } = start("--port", "0", "--pool", "2", "--threads", "1");
    const address = await url;
    const answers = await Promise.all(Array.from({ length: 20 }, () => ask(address)));
    for (const answer of answers)
      expect(await answer.json()).toMatchObject({
        predictions: [{ label: String(golden[0]?.label) }],
      });
    child.kill(signal);
    const { exitCode, stdout, stderr } = await ended;
    expect(stderr).toBe("");
    expect(stdout).toMatch(
      /^listening on http:\/\/127\.0\.0\.1:\d+ with 2 predictors of 1 thread each\n/,
    );
    expect(stdout).toContain(`${signal}: answering the requests that are under way\nended\n`);
    expect(exitCode).toBe(0);
  });

  it("answers the requests that had come before the signal", async () => {
    const { child, url, ended } = start("--port", "0", "--pool", "1");
    const address = await url;
    const asked = Array.from({ length: 30 }, () => ask(address).then((answer) => answer.status));
    const first = await Promise.race(asked);
    expect(first).toBe(200);
    child.kill("SIGTERM");
    const settled = await Promise.allSettled(asked);
    // Those whose connection was not yet taken are refused; nobody gets half an answer.
    for (const one of settled)
      if (one.status === "fulfilled") expect([200, 503]).toContain(one.value);
    expect((await ended).exitCode).toBe(0);
  });

  it("says what its arguments are", async () => {
    const { exitCode, stdout } = await start("--help").ended;
    expect(exitCode).toBe(0);
    for (const option of ["--model", "--preset", "--labels", "--pool", "--port", "gluon", "digits"])
      expect(stdout).toContain(option);
  });

  it.each([
    [["--port", "70000"], '--port takes a whole number from 0 to 65535, not "70000"'],
    [["--pool", "0"], '--pool takes a whole number from 1 to 1024, not "0"'],
    [["--max-waiting", "x"], '--max-waiting takes a whole number from 0 to 1000000, not "x"'],
    [["--preset", "none"], 'there is no preset "none"; there are digits, gluon'],
    [["--model", "m"], "--model needs --preset"],
    [["--nonsense"], "--nonsense"],
    [["extra"], "extra"],
  ])("ends with code 2 for %j", async (args, part) => {
    const { exitCode, stdout, stderr } = await start(...args).ended;
    expect(stderr).toContain(part);
    expect(stderr).toContain("--help tells more");
    expect(stderr).not.toContain("    at ");
    expect(stdout).toBe("");
    expect(exitCode).toBe(2);
  });

  it("ends with code 1 and says why for a model that is not there", async () => {
    const { exitCode, stderr } = await start("--model", "no/such", "--preset", "gluon").ended;
    expect(stderr).toContain("no/such-symbol.json");
    expect(stderr).not.toContain("    at ");
    expect(exitCode).toBe(1);
  });

  it("ends with code 1 for labels of another number than the classes", async () => {
    const folder = mkdtempSync(join(tmpdir(), "labels-"));
    const file = join(folder, "labels.txt");
    writeFileSync(file, "zero\none\ntwo\n");
    const { exitCode, stderr } = await start("--port", "0", "--labels", file).ended;
    rmSync(folder, { recursive: true });
    expect(stderr).toContain("the network has 10 classes, there are 3 labels");
    expect(exitCode).toBe(1);
  });

  it("ends with code 1 for a port that is taken", async () => {
    const taken = createServer();
    const port = await new Promise<number>((resolve) => {
      taken.listen(0, "127.0.0.1", () => resolve((taken.address() as { port: number }).port));
    });
    const { exitCode, stderr } = await start("--port", String(port)).ended;
    taken.close();
    expect(stderr).toContain("EADDRINUSE");
    expect(exitCode).toBe(1);
  });
});
