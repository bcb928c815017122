/** Compiles the TypeScript examples of a package's README against its build, strictly, and runs them. */
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * @param packageFolder - the package; its `README.md` is read
 * @param workingFolder - where the examples run, relative to the package
 * @returns what each example prints, in order
 */
export function runExamples(packageFolder: URL, workingFolder: string): string[] {
  const root = fileURLToPath(packageFolder);
  const folder = join(root, "build", "readme");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const text = readFileSync(join(root, "README.md"), "utf8");
  const examples = [...text.matchAll(/```ts\n([\s\S]*?)```/g)].map((m) => m[1] ?? "");
  examples.forEach((code, i) => {
    writeFileSync(join(folder, `example-${i}.ts`), code);
  });
  const compilerOptions = { rootDir: ".", outDir: "out", declaration: false, sourceMap: false };
  writeFileSync(
    join(folder, "tsconfig.json"),
    JSON.stringify({
      extends: "../../../../tsconfig.base.json",
      compilerOptions: { ...compilerOptions, declarationMap: false, noUnusedLocals: false },
      include: ["*.ts"],
    }),
  );
  const run = (...words: string[]): string => {
    const { status, stdout, stderr } = spawnSync(process.execPath, words, {
      encoding: "utf8",
      cwd: join(root, workingFolder),
    });
    if (status !== 0) throw new Error(`${words.join(" ")}\n${stdout}${stderr}`);
    return stdout;
  };
  run(join(root, "../../node_modules/typescript/bin/tsc"), "-p", folder);
  return examples.map((_code, i) => run(join(folder, "out", `example-${i}.js`)));
}
