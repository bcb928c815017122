import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { digitsFolder, HeldOutDigits, readDigitsMetadata } from "../src/digits-data.js";
import { drawImage } from "../src/drawing.js";
import { greyPng } from "./grey-png.js";

const demo = fileURLToPath(new URL("../dist/demo.js", import.meta.url));
const images = await HeldOutDigits.read(await readDigitsMetadata());

const golden = JSON.parse(readFileSync(`${digitsFolder}digits-golden.json`, "utf8")) as {
  readonly images: readonly { readonly index: number; readonly label: number }[];
};

const folder = mkdtempSync(join(tmpdir(), "demo-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** A held-out image twenty times as large, dark on light, with a margin. */
function picture(index: number): Uint8Array {
  const pixels = images.pixels(index);
  return greyPng(220, 200, (x, y) => {
    const [column, row] = [Math.floor((x - 30) / 20), Math.floor((y - 20) / 20)];
    const isInside = column >= 0 && column < 8 && row >= 0 && row < 8;
    return isInside ? 240 - 14 * (pixels[row * 8 + column] ?? 0) : 240;
  });
}

/** Code that runs before the demo, in its process. */
const asTerminal = "process.stdout.isTTY = true; process.stdout.columns = 80;";
const interruptedAtFirstLine = `
  const write = process.stdout.write.bind(process.stdout);
  process.stdout.write = (...args) => { setImmediate(() => process.emit("SIGINT")); return write(...args); };
`;

interface Outcome {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function runDemo(
  args: readonly string[],
  options: { readonly preload?: string; readonly environment?: NodeJS.ProcessEnv } = {},
): Promise<Outcome> {
  const { NO_COLOR: _, ...inherited } = process.env;
  const preload = `data:text/javascript,${encodeURIComponent(options.preload ?? "")}`;
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ["--import", preload, demo, ...args], {
      env: { ...inherited, TERM: "xterm", ...options.environment },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
    });
    child.on("error", reject);
    child.on("close", (exitCode) => resolve({ exitCode, stdout, stderr }));
  });
}

/** The rows of all cards that name a digit and its probability in percent. */
function guesses(stdout: string, bar: string): { digit: number; percent: number }[] {
  const row = new RegExp(`(\\d) [${bar} ]{10} +(\\d+\\.\\d) %`, "g");
  return [...stdout.matchAll(row)].map(([, digit, percent]) => ({
    digit: Number(digit),
    percent: Number(percent),
  }));
}

describe("the demo in a pipe", () => {
  it("shows six images, three guesses each, the time, the memory and the accuracy", async () => {
    const { exitCode, stdout, stderr } = await runDemo([]);
    expect(stderr).toBe("");
    expect(exitCode).toBe(0);
    // Plain characters only: printable ASCII and line feeds.
    expect(stdout).toMatch(/^[ -~\n]+$/);
    expect([...stdout.matchAll(/image \d+/g)].map(String)).toEqual(
      [0, 3, 5, 13, 20, 91].map((index) => `image ${index}`),
    );
    for (const index of [0, 3, 5, 13, 20, 91]) {
      for (const row of drawImage(images.pixels(index), false)) {
        expect(stdout).toContain(row.trimEnd());
      }
    }
    expect(guesses(stdout, "#")).toHaveLength(18);
    expect(stdout.match(/\bright\b/g)).toHaveLength(5);
    expect(stdout).toContain("wrong: it is a 5");
    expect(stdout).toMatch(/time +\d+ us an image \(median of 1,000\)/);
    expect(stdout).toMatch(/\d+ us off the main thread/);
    expect(stdout).toMatch(/memory +196 KiB weights \+ \d+ KiB packed/);
    expect(stdout).toMatch(/\d+ KiB activations \+ \d+ KiB scratch/);
    expect(stdout).toMatch(/process \d+\.\d MiB, \d+\.\d MiB before the model was loaded/);
    expect(stdout).toContain("accuracy  359 of 360 held-out images: 99.72 %");
  });

  it("shows the images that were asked for", async () => {
    const { exitCode, stdout } = await runDemo(["8", "359"]);
    expect(exitCode).toBe(0);
    expect([...stdout.matchAll(/image \d+/g)].map(String)).toEqual(["image 8", "image 359"]);
    expect(guesses(stdout, "#")).toHaveLength(6);
    // Image 8 is a 0 of which the reference is sure: see digits-golden.json.
    expect(guesses(stdout, "#").map(({ digit }) => digit)).toContain(0);
  });
});

describe("the demo with the user's own picture", () => {
  const image = golden.images[0] ?? { index: 0, label: 0 };
  const own = join(folder, "own.png");
  writeFileSync(own, picture(image.index));

  it("shows what the network saw and what it takes it for", async () => {
    const { exitCode, stdout, stderr } = await runDemo([own]);
    expect(stderr).toBe("");
    expect(exitCode).toBe(0);
    expect(stdout).toContain("own.png");
    expect(guesses(stdout, "#")).toHaveLength(3);
    expect(guesses(stdout, "#")[0]?.digit).toBe(image.label);
    expect(stdout).toMatch(/[@%]{4}/);
    expect(stdout).not.toMatch(/right|wrong|accuracy/);
  });

  it("takes a path in the folder from which npm was called", async () => {
    const { exitCode, stdout } = await runDemo(["own.png", "3"], {
      environment: { INIT_CWD: folder },
    });
    expect(exitCode).toBe(0);
    expect(stdout).toContain("own.png");
    expect(stdout).toContain("image 3");
    expect(guesses(stdout, "#")).toHaveLength(6);
  });

  it("says what it takes", async () => {
    for (const option of ["--help", "-h"]) {
      const { exitCode, stdout } = await runDemo([option]);
      expect(exitCode).toBe(0);
      for (const word of ["PICTURE", "NUMBER", "exit codes"]) expect(stdout).toContain(word);
    }
  });
});

describe("the demo in a terminal", () => {
  it("draws with blocks and colours", async () => {
    const { exitCode, stdout } = await runDemo(["0", "91"], { preload: asTerminal });
    expect(exitCode).toBe(0);
    expect(stdout).toContain("\x1b[38;5;255m██");
    expect(stdout).toContain("\x1b[32mright");
    expect(stdout).toContain("\x1b[31mwrong: it is a 5");
    expect(guesses(stdout, "█▏▎▍▌▋▊▉")).toHaveLength(6);
    for (const line of stdout.split("\n").filter((text) => text.includes("\x1b"))) {
      expect(line.lastIndexOf("\x1b[0m"), line).toBe(line.lastIndexOf("\x1b"));
    }
  });

  it("draws with plain characters when NO_COLOR is set", async () => {
    const { exitCode, stdout } = await runDemo(["0", "91"], {
      preload: asTerminal,
      environment: { NO_COLOR: "1" },
    });
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^[ -~\n]+$/);
    expect(guesses(stdout, "#")).toHaveLength(6);
  });

  it("ends with code 130 and without a word after Ctrl-C", async () => {
    const { exitCode, stdout, stderr } = await runDemo([], { preload: interruptedAtFirstLine });
    expect(exitCode).toBe(130);
    expect(stderr).toBe("");
    expect(stdout).not.toContain("accuracy");
  });
});

describe("the demo when something is wrong", () => {
  it("names an argument that is no image and ends with code 2", async () => {
    for (const wrong of ["360", "-1", "1.5", ""]) {
      const { exitCode, stdout, stderr } = await runDemo(["0", wrong]);
      expect(stderr).toBe(
        `error: "${wrong}" is no held-out image: they are numbered 0 to 359\n--help tells more\n`,
      );
      expect(stdout).toBe("");
      expect(exitCode).toBe(2);
    }
  });

  it("names an option that there is none of and ends with code 2", async () => {
    const { exitCode, stderr } = await runDemo(["--card"]);
    expect(stderr).toBe("error: there is no option --card\n--help tells more\n");
    expect(exitCode).toBe(2);
  });

  it("says which file is no picture, or is not there, or shows nothing", async () => {
    const broken = join(folder, "broken.png");
    writeFileSync(broken, "no picture");
    const blank = join(folder, "blank.png");
    writeFileSync(
      blank,
      greyPng(4, 4, () => 200),
    );
    for (const [file, reason] of [
      [broken, /broken\.png: .*unsupported image format\n$/],
      [join(folder, "absent.png"), /absent\.png: no such file/],
      [blank, /blank\.png: there is no digit: the picture has \(almost\) one colour only\n$/],
    ] as const) {
      const { exitCode, stdout, stderr } = await runDemo(["0", file]);
      expect(stderr).toMatch(reason);
      if (!file.endsWith("absent.png")) expect(stderr.match(/\.png/g)).toHaveLength(1);
      expect(stderr).not.toContain("    at ");
      expect(stderr).not.toContain("npm run build");
      expect(stdout).toBe("");
      expect(exitCode).toBe(1);
    }
  });

  it("says what was tried and how to build the library when there is none", async () => {
    const nowhere = fileURLToPath(new URL("no-such-library.so", import.meta.url));
    const { exitCode, stdout, stderr } = await runDemo([], {
      environment: { LIBPREDICT_PATH: nowhere },
    });
    expect(stderr).toContain(nowhere);
    expect(stderr).toContain("npm run build makes the library");
    expect(stderr).not.toContain("    at ");
    expect(stdout).toBe("");
    expect(exitCode).toBe(1);
  });
});
