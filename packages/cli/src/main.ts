/**
 * The `libpredict` command: one file per subcommand, registered here. What a subcommand does is
 * imported when it is chosen, so that help and wrong arguments need no engine.
 */
import { type Argument, Command, CommanderError } from "commander";
import { addBenchCommand } from "./command-bench.js";
import { addCheckCommand } from "./command-check.js";
import { addConvertCommand } from "./command-convert.js";
import { addDiffCommand } from "./command-diff.js";
import { addDoctorCommand } from "./command-doctor.js";
import { UsageError } from "./command-errors.js";
import { addInspectCommand } from "./command-inspect.js";
import { addPredictCommand } from "./command-predict.js";
import { addProfileCommand } from "./command-profile.js";
import { addTrimCommand } from "./command-trim.js";
import { exitCodes } from "./exit-codes.js";
import { packageVersion } from "./package-version.js";
import { endQuietlyOnClosedPipe } from "./standard-streams.js";
import { colors, wantsColor } from "./terminal.js";

endQuietlyOnClosedPipe();

const program = new Command("libpredict")
  .description(
    "Runs, inspects, measures, checks, converts, trims and compares networks trained with Apache MXNet.",
  )
  .version(packageVersion, "-V, --version", "print the version")
  .helpOption("-h, --help", "print this help")
  .helpCommand("help [command]", "print the help of a command")
  .configureHelp({
    subcommandTerm: (command) =>
      [command.name(), ...command.registeredArguments.map(argumentTerm)].join(" "),
    styleTitle: (text) => colors.bold(text),
    styleCommandText: (text) => colors.cyan(text),
    styleSubcommandText: (text) => colors.cyan(text),
    styleOptionText: (text) => colors.cyan(text),
    styleArgumentText: (text) => colors.cyan(text),
  })
  .configureOutput({
    getOutHasColors: () => wantsColor(process.stdout),
    getErrHasColors: () => wantsColor(process.stderr),
    // Printed below, in the form of all errors.
    outputError: () => undefined,
  })
  .showSuggestionAfterError()
  .exitOverride();

for (const addCommand of [
  addPredictCommand,
  addInspectCommand,
  addProfileCommand,
  addBenchCommand,
  addCheckCommand,
  addConvertCommand,
  addDiffCommand,
  addTrimCommand,
  addDoctorCommand,
])
  addCommand(program);

program.addHelpText(
  "after",
  `
${colors.bold("Exit codes:")}
  0    done
  1    what was asked for failed (bad model, not supported, differences)
  2    wrong arguments
  130  Ctrl-C`,
);

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof CommanderError)) {
    await report(error);
    process.exitCode = exitCodes.failed;
    // Help and version end this way too.
  } else if (error.exitCode === 0) process.exitCode = exitCodes.done;
  else {
    if (!error.code.startsWith("commander.help")) await report(usageErrorOf(error));
    process.exitCode = exitCodes.usage;
  }
}

async function report(error: unknown): Promise<void> {
  const { reportError } = await import("./report-error.js");
  reportError(error, process.argv.includes("--json"));
}

function argumentTerm(argument: Argument): string {
  const name = argument.name() + (argument.variadic ? "..." : "");
  return argument.required ? `<${name}>` : `[${name}]`;
}

function usageErrorOf(error: CommanderError): UsageError {
  const command = program.commands.find((c) => c.name() === process.argv[2]);
  const name = ["libpredict", ...(command ? [command.name()] : [])].join(" ");
  return new UsageError(error.message.replace(/^error: /, ""), `See ${name} --help.`);
}
