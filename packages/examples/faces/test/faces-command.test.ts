import { spawn } from "node:child_process";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import sharp from "sharp";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { detectorModels, modelsFolder as models, photograph } from "./detector-models.js";

const main = fileURLToPath(new URL("../dist/main.js", import.meta.url));

interface Outcome {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "faces-command-"));
});
afterEach(() => rm(folder, { recursive: true }));

/** Runs the command in `folder`; `preload` is code that runs before it, in its process. */
function faces(args: readonly string[], preload = ""): Promise<Outcome> {
  const code = `data:text/javascript,${encodeURIComponent(preload)}`;
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ["--import", code, main, ...args], { cwd: folder });
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

describe("the command without models", () => {
  it("prints its help", async () => {
    const { exitCode, stdout, stderr } = await faces(["--help"]);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    expect(stdout).toMatch(/^usage: /);
  });

  it("refuses arguments that mean nothing, with exit code 2", async () => {
    const { exitCode, stdout, stderr } = await faces(["models"]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
    expect(stderr).toBe("error: there is no photograph to look at\n--help says what it takes\n");
  });

  it("says which files are missing and where they come from, with exit code 1", async () => {
    const { exitCode, stdout, stderr } = await faces(["nowhere", "me.jpg"]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
    expect(stderr).toContain("mtcnn needs det1-symbol.json, det1-0001.params");
    expect(stderr).toContain(": https://");
  });

  it("says what is wrong with a damaged model, with exit code 1", async () => {
    for (const file of ["16-symbol.json", "16-0000.params"])
      await writeFile(join(folder, file), "{");
    const { exitCode, stderr } = await faces([".", "me.jpg", "--detector", "retinaface"]);
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/^error: .*\(symbol\)\n$/s);
  });
});

describe("the command with models", () => {
  beforeEach((context) => {
    const skip = detectorModels("mtcnn").skip ?? detectorModels("retinaface").skip;
    context.skip(skip !== undefined, skip);
  });

  it("draws the faces of a photograph and lists them", async () => {
    const { exitCode, stdout, stderr } = await faces([models, photograph]);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    expect(stdout).toMatch(
      /test\.jpg \(1000 x 750\): 19 faces in \d+ ms, drawn into test-faces\.png\n/,
    );
    expect(stdout.trim().split("\n").length).toBe(21);
    const { width, height, format } = await sharp(join(folder, "test-faces.png")).metadata();
    expect({ width, height, format }).toEqual({ width: 1000, height: 750, format: "png" });
  });

  it("writes one JSON document", async () => {
    await mkdir(join(folder, "drawn"));
    await sharp({ create: { width: 90, height: 80, channels: 3, background: "#456" } })
      .png()
      .toFile(join(folder, "wall.png"));
    const args = [models, photograph, "wall.png", "--detector", "retinaface", "--out", "drawn"];
    const { exitCode, stdout, stderr } = await faces([...args, "--threads", "1", "--json"]);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    const { detector, minSize, photos } = JSON.parse(stdout);
    expect({ detector, minSize }).toEqual({ detector: "retinaface", minSize: 40 });
    const counts = photos.map((p: { photo: string; faces: unknown[] }) => [
      p.photo,
      p.faces.length,
    ]);
    expect(counts).toEqual([
      [photograph, 18],
      ["wall.png", 0],
    ]);
    expect(photos[0].faces[0]).toEqual({
      box: {
        left: expect.any(Number),
        top: expect.any(Number),
        right: expect.any(Number),
        bottom: expect.any(Number),
      },
      score: expect.any(Number),
    });
    expect((await readdir(join(folder, "drawn"))).sort()).toEqual([
      "test-faces.png",
      "wall-faces.png",
    ]);
  });

  it("goes on after a photograph that fails, with exit code 1", async () => {
    await writeFile(join(folder, "text.jpg"), "no photograph");
    const { exitCode, stdout, stderr } = await faces([models, "text.jpg", "none.jpg", photograph]);
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/^error: text\.jpg: .*\(image\)\nerror: .*none\.jpg.*\(load\)\n$/s);
    expect(stdout).toContain("19 faces");
  });

  it("refuses an output folder that is none, with exit code 2", async () => {
    const { exitCode, stderr } = await faces([models, photograph, "--out", "nowhere"]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain("--out: there is no folder nowhere");
  });

  it("ends with exit code 130 and no drawing after Ctrl-C", async () => {
    const interrupted = `
      const { performance } = globalThis;
      const now = performance.now.bind(performance);
      // The command looks at the clock when it begins with a photograph.
      performance.now = () => { process.emit("SIGINT"); return now(); };`;
    const { exitCode, stdout, stderr } = await faces([models, photograph], interrupted);
    expect({ exitCode, stdout, stderr }).toEqual({ exitCode: 130, stdout: "", stderr: "" });
    expect(await readdir(folder)).toEqual([]);
  });
});
