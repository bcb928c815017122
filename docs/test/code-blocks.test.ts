/**
 * Compiles or runs every code block of the guides and READMEs. (Those of core and ffi have tests of
 * their own, which also look at what is printed.)
 *
 * Blocks of guides run in a folder that has `digits/`, the model of the demo, and `digit.png` and
 * `photo.png`, drawn here; blocks of a README run as the README says, at the root.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import sharp from "sharp";
import { beforeAll, describe, expect, it } from "vitest";
import { type CodeBlock, codeBlocks } from "./markdown-code.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const build = join(root, "docs/build/code-blocks");
const work = join(build, "work");

const ownTests = new Set(["packages/core/README.md", "packages/ffi/README.md"]);
const files = execFileSync("git", ["ls-files", "--", "*.md", ":!.changeset", ":!**/goldens/**"], {
  cwd: root,
  encoding: "utf8",
})
  .split("\n")
  .filter((file) => file !== "" && !ownTests.has(file));
const blocks = files.flatMap((file) => codeBlocks(root, file));

/** Runs a program; what it printed, both streams, should it fail. */
function run(command: string, args: readonly string[], cwd: string): string {
  const { status, signal, stdout, stderr } = spawnSync(command, args, {
    cwd,
    encoding: "utf8",
    env: {
      ...process.env,
      NO_COLOR: "1",
      PATH: `${join(root, "node_modules/.bin")}:${process.env["PATH"]}`,
    },
    timeout: 120_000,
  });
  expect(status, `${command} ${args.join(" ")} (${signal})\n${stdout}${stderr}`).toBe(0);
  return stdout;
}

const folderOf = (block: CodeBlock): string => (block.place.startsWith("docs/") ? work : root);

/** Blocks of a language, each with a name for its files. */
function inLanguage(language: string): { readonly block: CodeBlock; readonly name: string }[] {
  return blocks
    .filter((block) => block.language === language)
    .map((block) => ({ block, name: block.place.replace(/[^\w]+/g, "-") }));
}

beforeAll(async () => {
  rmSync(build, { recursive: true, force: true });
  mkdirSync(work, { recursive: true });
  cpSync(join(root, "packages/examples/models/digits"), join(work, "digits"), { recursive: true });
  const drawing = (size: number, inside: string): Promise<unknown> =>
    sharp(
      Buffer.from(
        `<svg xmlns="http://www.w3.org/2000/svg" width="${size}" height="${size}">${inside}</svg>`,
      ),
    )
      .flatten({ background: "white" })
      .png()
      .toFile(join(work, size === 64 ? "digit.png" : "photo.png"));
  await drawing(64, '<path d="M34 8v48" stroke="black" stroke-width="8"/>');
  await drawing(320, '<circle cx="160" cy="160" r="90" fill="orange"/>');
  for (const { file, code } of blocks)
    if (file !== undefined) {
      expect(basename(file)).toBe(file);
      writeFileSync(join(work, file), code);
    }
});

it("every block is in a language that can be checked", () => {
  // Those of the bindings' own languages are compiled and run by the tests of the bindings, those of
  // the guide to the edge by its own. Pages are opened by those of packages/wasm.
  const languages = ["ts", "js", "c", "sh", "json", "html", "python", "go", "java", "cpp", "cmake"];
  const known = new Set(languages);
  expect(
    blocks.filter((b) => !known.has(b.language)).map((b) => `${b.place}: ${b.language}`),
  ).toEqual([]);
  expect(blocks.length).toBeGreaterThan(20);
});

describe("TypeScript", () => {
  const programs = inLanguage("ts");
  const sources = join(build, "ts");

  beforeAll(() => {
    mkdirSync(sources, { recursive: true });
    for (const { block, name } of programs) writeFileSync(join(sources, `${name}.ts`), block.code);
    writeFileSync(
      join(sources, "tsconfig.json"),
      JSON.stringify({
        extends: "../../../../tsconfig.base.json",
        compilerOptions: {
          rootDir: ".",
          outDir: "out",
          declaration: false,
          declarationMap: false,
          sourceMap: false,
          noUnusedLocals: false,
        },
        include: ["*.ts"],
      }),
    );
    run(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "-p", sources], root);
  });

  for (const { block, name } of programs.filter((p) => p.block.run))
    it(block.place, () => {
      run(process.execPath, [join(sources, "out", `${name}.js`)], folderOf(block));
    });
});

describe.skipIf(inLanguage("js").length === 0)("JavaScript", () => {
  for (const { block, name } of inLanguage("js"))
    it(block.place, () => {
      const file = join(build, `${name}.${block.code.includes("require(") ? "cjs" : "mjs"}`);
      writeFileSync(file, block.code);
      run(process.execPath, block.run ? [file] : ["--check", file], folderOf(block));
    });
});

describe("C", () => {
  const cApi = join(root, "packages/c-api/dist");
  const warnings = ["-std=c11", "-Wall", "-Wextra", "-Wconversion", "-Wshadow", "-Werror"];
  const [cc = "cc", ...leading] = (process.env["CC"] ?? "cc").split(" ");
  // What includes jni.h belongs to a project of its own: edge-guide.test.ts.
  for (const { block, name } of inLanguage("c").filter((c) => !c.block.code.includes("<jni.h>")))
    it(block.place, () => {
      const source = join(build, `${name}.c`);
      writeFileSync(source, block.code);
      const include = [join(cApi, "include"), join(root, "packages/c-api/test")].map(
        (f) => `-I${f}`,
      );
      const program = join(build, name);
      const output = block.run ? ["-o", program] : ["-c", "-o", `${program}.o`];
      const library = [`-L${join(cApi, "lib")}`, `-Wl,-rpath,${join(cApi, "lib")}`, "-lpredict"];
      run(
        cc,
        [...leading, ...warnings, ...include, source, ...output, ...(block.run ? library : [])],
        build,
      );
      if (block.run) run(program, block.args, folderOf(block));
    });
});

describe("shell", () => {
  const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    scripts: Record<string, string>;
  };
  for (const { block } of inLanguage("sh"))
    it(block.place, () => {
      run("bash", ["-n", "-c", block.code], work);
      for (const [, name = ""] of block.code.matchAll(/^(?:npm|pnpm) run ([\w:-]+)/gm))
        if (block.place.startsWith("docs/") || !block.place.includes("/"))
          expect(Object.keys(scripts), block.place).toContain(name);
      if (block.run) run("bash", ["-e", "-c", block.code], folderOf(block));
    });
});

describe("JSON", () => {
  for (const { block } of inLanguage("json"))
    it(block.place, () => {
      expect(() => JSON.parse(block.code)).not.toThrow();
    });
});
