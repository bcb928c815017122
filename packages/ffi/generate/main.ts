/**
 * The generator's command: `main.js` writes every output, `main.js --check` only compares.
 * Exit code 1 when something has drifted, 2 when the header cannot be read.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { GenerateError } from "./generate-error.js";
import { generateOutputs, headerPath } from "./generate-outputs.js";
import { packagesFolder as packages } from "./packages-folder.js";

const check = process.argv.includes("--check");

function readOrEmpty(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

try {
  const header = readFileSync(join(packages, headerPath), "utf8");
  const outputs = await generateOutputs(header);
  const changed = outputs.filter((o) => readOrEmpty(join(packages, o.path)) !== o.text);
  for (const output of changed) {
    const path = join(packages, output.path);
    if (check)
      console.error(`packages/${output.path} is not what the header says; run pnpm generate`);
    else {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, output.text);
      console.log(`wrote packages/${output.path}`);
    }
  }
  if (check && changed.length > 0) process.exitCode = 1;
  else console.log(`${outputs.length} files are up to date with packages/${headerPath}`);
} catch (error) {
  if (!(error instanceof GenerateError)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}
