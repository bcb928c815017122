// Builds the library once for every level of kernels that can be executed here, for conformance.
// Usage: node scripts/level-libraries.mjs HIGHEST      base, avx2 or avx512: what the processor has
// Prints one line of JSON: { levels: [{ name, isa, library }], notes: [...] }. The native levels
// are the library as it is shipped.

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { CompilerError, findCompiler } from "./compiler.mjs";
import { compileLevel, levelsBelow } from "./levels.mjs";
import {
  BuildError,
  compileFlags,
  objectFolder,
  PACKAGE_ROOT,
  runTool,
  SHIPPED_FLAGS,
  shippedFlags,
} from "./objects.mjs";

async function main() {
  const compiler = findCompiler();
  const flags = compileFlags(PACKAGE_ROOT, SHIPPED_FLAGS);
  const { levels, notes } = levelsBelow(process.argv[2] ?? "base");
  const built = [];
  for (const level of levels) {
    let library = join(PACKAGE_ROOT, "dist", "lib", "libpredict.so");
    if (level.form !== "native") {
      const { objects, broken } = await compileLevel(compiler, flags, level.form, shippedFlags);
      if (broken.length > 0) throw new BuildError(broken.join("\n"));
      const name = `libpredict-${level.form.replace(" ", "-")}.so`;
      const folder = objectFolder(compiler, flags);
      mkdirSync(folder, { recursive: true });
      library = join(folder, name);
      await runTool([...compiler.command, "-shared", ...objects, "-o", library, "-lm", "-pthread"]);
    }
    built.push({ name: level.name, isa: level.isa ?? "", library });
  }
  console.log(JSON.stringify({ levels: built, notes }));
}

try {
  await main();
} catch (error) {
  if (!(error instanceof BuildError) && !(error instanceof CompilerError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
