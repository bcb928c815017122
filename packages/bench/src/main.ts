/**
 * `npm run bench`: what the library costs.
 *
 * Exit code: 0 measured; 1 a program failed; 2 wrong arguments; 130 stopped by Ctrl-C.
 */

import { UsageError } from "./arguments.js";
import { browserCommand, browserUsage } from "./browser-command.js";
import { callsCommand, callsUsage } from "./measure-calls.js";
import { modelsCommand, modelsUsage } from "./models-command.js";
import { networksCommand, networksUsage } from "./networks-command.js";
import { pageCommand, pageUsage } from "./page-command.js";
import { killAllChildren } from "./peers/child-processes.js";
import { removeScratchFolders } from "./scratch-folder.js";
import { startCommand, startUsage } from "./start-command.js";

const usage = `usage: npm run bench -- COMMAND [options]

  networks   compares with other runtimes on whole networks
  browser    compares with other WebAssembly runtimes, in Chromium
  start      from the start of a process to the first output; a call of a small layer
  models     time and memory of the conformance suite's networks, against MXNet
  calls      what a call costs from each language
  page       measures networks and start, and writes docs/benchmarks.md

npm run bench -- COMMAND --help tells the options.
`;

const commands = {
  networks: { run: networksCommand, usage: networksUsage },
  browser: { run: browserCommand, usage: browserUsage },
  start: { run: startCommand, usage: startUsage },
  models: { run: modelsCommand, usage: modelsUsage },
  calls: { run: callsCommand, usage: callsUsage },
  page: { run: pageCommand, usage: pageUsage },
};

for (const [signal, code] of [
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const) {
  process.once(signal, () => {
    if (process.stderr.isTTY) process.stderr.write("\n"); // behind the progress bar
    process.exit(code);
  });
}
process.on("exit", () => {
  killAllChildren();
  removeScratchFolders();
});

async function main([name, ...args]: readonly string[]): Promise<number> {
  if (name === undefined || name === "--help" || name === "-h") {
    process.stdout.write(usage);
    return 0;
  }
  const command = Object.hasOwn(commands, name)
    ? commands[name as keyof typeof commands]
    : undefined;
  if (command === undefined) {
    console.error(`there is no command "${name}"\n${usage}`);
    return 2;
  }
  if (args.includes("--help") || args.includes("-h")) {
    process.stdout.write(command.usage);
    return 0;
  }
  try {
    return await command.run(args);
  } catch (error) {
    const parsing = error instanceof TypeError && "code" in error; // parseArgs
    console.error(error instanceof Error ? error.message : error);
    if (!parsing && !(error instanceof UsageError)) return 1;
    console.error(command.usage);
    return 2;
  }
}

process.exitCode = await main(process.argv.slice(2));
