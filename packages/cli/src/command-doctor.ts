/** `libpredict doctor`: what the installation consists of, and what is wrong with it. */
import type { Command } from "commander";
import { setAction } from "./run-action.js";
import { withJson, withLibrary } from "./shared-options.js";

/** Registers `doctor`. */
export function addDoctorCommand(program: Command): void {
  const command = program
    .command("doctor")
    .summary("say what is installed, what is wrong and how to mend it")
    .description(
      "Shows which library is used and why, what the processor and the container allow, versions, and runs a small network whose results are known. Every problem comes with what to do about it.",
    )
    .addHelpText(
      "after",
      `
Examples:
  libpredict doctor
  libpredict doctor --library /opt/lib/libpredict.so
  libpredict doctor --json > report.json

Exit code 1 if something is broken; warnings alone are 0.`,
    );
  withJson(withLibrary(command));
  setAction(command, async () => (await import("./doctor/run-doctor.js")).runDoctor);
}
